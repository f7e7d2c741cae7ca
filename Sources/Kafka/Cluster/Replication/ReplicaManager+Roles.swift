// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
import NIOCore

extension ReplicaManager {
    /// What the controller says of one partition.
    package struct Assignment: Hashable, Sendable {
        package var partition: TopicPartition
        package var state: PartitionState
        package var replicas: [Int32]

        package init(partition: TopicPartition, state: PartitionState, replicas: [Int32]) {
            self.partition = partition
            self.state = state
            self.replicas = replicas
        }
    }

    /// Takes the controller's word about partitions; returns those whose leadership here began or ended.
    package mutating func assign(
        _ assignments: [Assignment],
        settings: (String) -> TopicSettings?,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) -> (gained: [TopicPartition], lost: [TopicPartition]) {
        let me = self.me
        var gained: [TopicPartition] = []
        var lost: [TopicPartition] = []
        for assignment in assignments {
            let id = assignment.partition
            self.host(id, settings: settings(id.topic), &effects)
            guard let before = self.hosted[id]?.partition, before.isNews(assignment.state) else { continue }
            self.hosted[id]?.partition.assign(assignment.state, replicas: assignment.replicas, me: me, now: now)
            self.hosted[id]?.fetchAfter = .zero
            let isLeader = assignment.state.leader == self.me
            if isLeader {
                if assignment.state.leaderEpoch > before.leaderEpoch {
                    if !before.isLeader, before.log != nil { gained.append(id) }
                    effects.append(.reached(.leaderElected))
                }
                self.advance(id, now: now, &effects)
            } else if before.isLeader {
                lost.append(id)
                self.failWaiters(of: id, now: now, &effects)
            }
        }
        self.regroupFetchers(&effects, now: now)
        return (gained, lost)
    }

    /// A log is open: the partition can take part.
    package mutating func opened(_ id: TopicPartition, log: LogState, now: Instant, _ effects: inout [BrokerEffect]) {
        self.hosted[id]?.partition.opened(log)
        self.advance(id, now: now, &effects)
        self.regroupFetchers(&effects, now: now)
    }

    /// Who is alive, and where; leaders that moved or came back are fetched from anew.
    package mutating func brokersChanged(
        _ brokers: [Int32: BrokerRegistration],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        let before = self.addresses
        self.addresses = brokers
        for leader in self.fetchers.keys.sorted() where brokers[leader] != before[leader] && brokers[leader] != nil {
            self.sendFetch(to: leader, now: now, &effects)
        }
    }

    /// Hands over: nobody is followed or led from now on.
    package mutating func beginStopping(now: Instant, _ effects: inout [BrokerEffect]) {
        self.isStopping = true
        self.regroupFetchers(&effects, now: now)
        for id in self.order where self.hosted[id]?.partition.isLeader == true {
            self.failWaiters(of: id, now: now, &effects)
        }
    }

    // MARK: - In-sync sets

    /// Proposes a follower that has caught up.
    mutating func considerExpansion(of id: TopicPartition, by replica: Int32, now: Instant) {
        guard let partition = self.hosted[id]?.partition, self.addresses[replica] != nil,
            partition.mayJoin(replica, now: now)
        else { return }
        self.hosted[id]?.partition.propose(inSync: partition.inSync + [replica])
        self.hasProposals = true
    }

    /// Proposes to leave out the followers that lag.
    package mutating func lagTimerFired(now: Instant, _ effects: inout [BrokerEffect]) {
        for id in self.order {
            guard let partition = self.hosted[id]?.partition, partition.isLeader else { continue }
            let laggards = partition.laggards(now: now, lagMax: self.settings.replicaLagMax, me: self.me)
            guard !laggards.isEmpty else { continue }
            let remaining = partition.inSync.filter { !laggards.contains($0) }
            if self.settings.defect == .shrinkWithoutAsking {
                self.hosted[id]?.partition.inSyncCommitted(remaining, partitionEpoch: partition.partitionEpoch + 1)
                self.advance(id, now: now, &effects)
                continue
            }
            self.hosted[id]?.partition.propose(inSync: remaining)
            self.hasProposals = true
        }
        effects.append(.setTimer(.lag, at: now + self.settings.replicaLagMax / 2))
    }

    /// The proposals that are not under way, as one request; nil when there are none or one is under way.
    package mutating func takeProposals(brokerEpoch: Int64) -> (number: UInt64, request: AlterPartitionRequest)? {
        guard self.hasProposals, self.proposalUnderWay == 0 else { return nil }
        self.hasProposals = false
        var request = AlterPartitionRequest()
        request.brokerId = self.me
        request.brokerEpoch = brokerEpoch
        for id in self.order {
            guard let partition = self.hosted[id]?.partition, let inSync = partition.unsentProposal else { continue }
            self.hosted[id]?.partition.proposalSent(true)
            var data = AlterPartitionRequest.PartitionData()
            data.partitionIndex = id.partition
            data.leaderId = self.me
            data.leaderEpoch = partition.leaderEpoch
            data.newIsr = inSync
            data.currentIsrVersion = partition.partitionEpoch
            if request.topics.last?.name != id.topic {
                request.topics.append(AlterPartitionRequest.TopicData { $0.name = id.topic })
            }
            request.topics[request.topics.count - 1].partitions.append(data)
        }
        guard !request.topics.isEmpty else { return nil }
        self.proposalUnderWay = self.takeNumber()
        return (self.proposalUnderWay, request)
    }

    /// The controller did not answer, or not as a whole: everything is proposed again after a while. The outcome is
    /// unknown until then, so the larger set goes on counting.
    package mutating func proposalsFailed(_ number: UInt64, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.proposalUnderWay == number else { return }
        self.proposalUnderWay = 0
        for id in self.order { self.hosted[id]?.partition.proposalSent(false) }
        effects.append(.setTimer(.proposals, at: now + Limits.proposalBackoff))
    }

    package mutating func proposalTimerFired() {
        self.hasProposals = true
    }

    /// The controller answered.
    package mutating func proposalsAnswered(
        _ number: UInt64,
        _ response: AlterPartitionResponse,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.proposalUnderWay == number else { return }
        guard response.errorCode == .none else {
            self.proposalsFailed(number, now: now, &effects)
            return
        }
        self.proposalUnderWay = 0
        self.hasProposals = true  // what was proposed meanwhile
        for topic in response.topics {
            for data in topic.partitions {
                let id = TopicPartition(topic.name, data.partitionIndex)
                guard let partition = self.hosted[id]?.partition else { continue }
                if data.errorCode == .none, data.leaderEpoch == partition.leaderEpoch {
                    self.hosted[id]?.partition.inSyncCommitted(data.isr, partitionEpoch: data.currentIsrVersion)
                } else if data.errorCode != .none {
                    effects.append(.reached(.proposalRefused))
                    self.hosted[id]?.partition.inSyncRefused(askAgain: now + Limits.proposalBackoff)
                }
                self.advance(id, now: now, &effects)
            }
        }
    }
}
