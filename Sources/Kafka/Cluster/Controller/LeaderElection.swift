// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KafkaProtocol

/// The rules by which leaders and in-sync sets change. All are pure: from what is to what shall be.
package enum LeaderElection {
    /// What a partition needs when brokers came or went; nil when nothing changes.
    ///
    /// Dead replicas leave the in-sync set unless nobody would remain: the last one alone knows what was acknowledged.
    /// - Parameters:
    ///   - live: brokers that are registered.
    ///   - eligible: those of them that are not about to end.
    ///   - asksNobody: a planted defect: any living replica will do.
    package static func repair(
        _ state: PartitionState,
        replicas: [Int32],
        live: Set<Int32>,
        eligible: Set<Int32>,
        allowUnclean: Bool,
        asksNobody: Bool = false
    ) -> (state: PartitionState, isUnclean: Bool)? {
        var next = state
        let alive = state.inSync.filter(live.contains)
        if !alive.isEmpty { next.inSync = alive }
        if !live.contains(state.leader) {
            let candidates = replicas.filter { (asksNobody || next.inSync.contains($0)) && live.contains($0) }
            if let leader = candidates.first(where: eligible.contains) ?? candidates.first {
                next.leader = leader
                if !next.inSync.contains(leader) { next.inSync.append(leader) }  // the defect's
            } else if allowUnclean, let leader = replicas.first(where: eligible.contains) {
                next.leader = leader
                next.inSync = [leader]
                next.leaderEpoch += 1
                return (next, true)
            } else {
                next.leader = -1
            }
            if next.leader != state.leader { next.leaderEpoch += 1 }
        }
        return next == state ? nil : (next, false)
    }

    /// The first state of a new partition; nil while none of its replicas is alive.
    package static func first(replicas: [Int32], eligible: Set<Int32>) -> PartitionState? {
        let alive = replicas.filter(eligible.contains)
        guard let leader = alive.first else { return nil }
        return PartitionState(leader: leader, leaderEpoch: 0, inSync: alive, controllerEpoch: -1, partitionEpoch: 0)
    }

    /// What a partition needs when a broker asks to be relieved; nil when nothing can or need be done.
    package static func relieve(
        _ state: PartitionState,
        of broker: Int32,
        replicas: [Int32],
        eligible: Set<Int32>
    ) -> PartitionState? {
        guard replicas.count > 1 else { return nil }
        var next = state
        if state.leader == broker {
            guard let leader = replicas.first(where: { state.inSync.contains($0) && eligible.contains($0) }) else {
                return nil
            }
            next.leader = leader
            next.leaderEpoch += 1
            next.inSync.removeAll { $0 == broker }
        } else if state.inSync.contains(broker), state.inSync.contains(where: eligible.contains) {
            next.inSync.removeAll { $0 == broker }
        }
        return next == state ? nil : next
    }

    /// The preferred replica's leadership, where it may lead and does not.
    package static func prefer(_ state: PartitionState, replicas: [Int32], eligible: Set<Int32>) -> PartitionState? {
        guard let preferred = replicas.first, state.leader != preferred, eligible.contains(preferred),
            state.inSync.contains(preferred)
        else { return nil }
        var next = state
        next.leader = preferred
        next.leaderEpoch += 1
        return next
    }

    /// Whether a leader's proposal of an in-sync set holds; the error to answer otherwise.
    package static func refusal(
        of proposal: AlterPartitionRequest.PartitionData,
        from broker: Int32,
        state: PartitionState?,
        replicas: [Int32],
        eligible: Set<Int32>
    ) -> ErrorCode {
        guard let state else { return .unknownTopicOrPartition }
        guard proposal.leaderEpoch == state.leaderEpoch, state.leader == broker else { return .fencedLeaderEpoch }
        guard proposal.newIsr.contains(broker), proposal.newIsr.allSatisfy(replicas.contains) else {
            return .invalidRequest
        }
        // The answer to an earlier request was lost: it holds already.
        if Set(proposal.newIsr) == Set(state.inSync) { return .none }
        guard proposal.currentIsrVersion == state.partitionEpoch else { return .invalidUpdateVersion }
        // A broker that hands over or is gone must not come back through a fetch that was still under way.
        let added = proposal.newIsr.filter { !state.inSync.contains($0) }
        return added.allSatisfy(eligible.contains) ? .none : .ineligibleReplica
    }
}

extension ErrorCode {
    /// A proposed in-sync set holds a broker that may not be in it (KIP-841).
    package static let ineligibleReplica = ErrorCode(rawValue: 107)
}
