// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// A consumer group as its coordinator sees it while it lives: generation, members and who waits for what.
struct Group: Hashable, Sendable {
    /// What a group is doing.
    enum State: Hashable, Sendable {
        /// It has no members.
        case empty
        /// Members are asked to join anew.
        case preparingRebalance(Rebalance)
        /// All have joined; the leader's assignments are awaited, or not yet committed.
        case completingRebalance
        /// Each member has its assignment.
        case stable
        /// It is being deleted.
        case dead

        /// The name that DescribeGroups answers with.
        var name: String {
            switch self {
            case .empty: "Empty"
            case .preparingRebalance: "PreparingRebalance"
            case .completingRebalance: "CompletingRebalance"
            case .stable: "Stable"
            case .dead: "Dead"
            }
        }
    }

    /// Until when members are waited for.
    struct Rebalance: Hashable, Sendable {
        /// The time at which the generation begins with those who have joined.
        var deadline: Instant
        /// For the first members of an empty group: more are waited for, at most until the deadline.
        var initialDelayEnds: Instant?
        /// Whether a member has come during the current delay, so that it is extended.
        var memberCame = false

        /// When something has to happen.
        var wakeUp: Instant { min(self.deadline, self.initialDelayEnds ?? self.deadline) }
    }

    /// A request that is answered later.
    struct Parked: Hashable, Sendable {
        var id: RequestID
    }

    /// A member.
    struct Member: Hashable, Sendable {
        struct AssignmentProtocol: Hashable, Sendable {
            var name: String
            var metadata: ByteBuffer
        }

        var id: String
        var groupInstanceId: String?
        var clientId: String
        var clientHost: String
        var rebalanceTimeout: Duration
        var sessionTimeout: Duration
        var protocols: [AssignmentProtocol]
        var assignment = ByteBuffer()
        /// When its session ends, unless it is heard of or waits for an answer.
        var sessionEnds: Instant
        var join: Parked?
        var sync: Parked?

        /// Members that wait for an answer can't send heartbeats; they stay.
        var isWaiting: Bool { self.join != nil || self.sync != nil }

        func metadata(of protocolName: String?) -> ByteBuffer {
            self.protocols.first { $0.name == protocolName }?.metadata ?? ByteBuffer()
        }
    }

    let id: String
    var state: State = .empty
    var generation: Int32 = 0
    var protocolType: String?
    var protocolName: String?
    var leader: String?
    /// In the order in which they came.
    private(set) var memberIDs: [String] = []
    private(set) var members: [String: Member] = [:]
    /// Ids that were handed out (version 4 of JoinGroup) but not used yet, and when they lapse.
    var pendingMembers: [String: Instant] = [:]

    init(id: String) {
        self.id = id
    }

    /// The group as the records describe it; its members get a new session.
    init(id: String, stored: OffsetsStore.StoredGroup, now: Instant) {
        self.id = id
        guard let metadata = stored.metadata else { return }
        self.generation = metadata.generation
        self.protocolType = metadata.protocolType
        guard !metadata.members.isEmpty else { return }
        self.protocolName = metadata.protocolName
        self.leader = metadata.leader
        self.state = .stable
        for member in metadata.members {
            let sessionTimeout = Duration.milliseconds(member.sessionTimeoutMs)
            self.add(
                Member(
                    id: member.id,
                    groupInstanceId: member.groupInstanceId,
                    clientId: member.clientId,
                    clientHost: member.clientHost,
                    rebalanceTimeout: .milliseconds(member.rebalanceTimeoutMs),
                    sessionTimeout: sessionTimeout,
                    protocols: [.init(name: metadata.protocolName ?? "", metadata: member.subscription)],
                    assignment: member.assignment,
                    sessionEnds: now + sessionTimeout
                )
            )
        }
    }

    // MARK: - Members

    mutating func add(_ member: Member) {
        if self.members.isEmpty { self.leader = self.leader ?? member.id }
        if self.members.updateValue(member, forKey: member.id) == nil { self.memberIDs.append(member.id) }
    }

    /// Takes a member out; the leadership passes to the one who has been there longest.
    @discardableResult
    mutating func remove(_ id: String) -> Member? {
        guard let member = self.members.removeValue(forKey: id) else { return nil }
        self.memberIDs.removeAll { $0 == id }
        if self.leader == id { self.leader = self.memberIDs.first }
        return member
    }

    mutating func update(_ id: String, _ change: (inout Member) -> Void) {
        guard var member = self.members[id] else { return }
        change(&member)
        self.members[id] = member
    }

    /// The members in the order in which they came.
    var orderedMembers: [Member] { self.memberIDs.compactMap { self.members[$0] } }

    func staticMember(_ groupInstanceId: String) -> Member? {
        self.orderedMembers.first { $0.groupInstanceId == groupInstanceId }
    }

    /// The member was heard of.
    mutating func touch(_ id: String, now: Instant) {
        self.update(id) { $0.sessionEnds = now + $0.sessionTimeout }
    }

    // MARK: - Strategies

    /// Whether a member of that kind and with those strategies can be part of the group.
    func supports(protocolType: String, names: [String]) -> Bool {
        guard !protocolType.isEmpty, !names.isEmpty else { return false }
        guard !self.members.isEmpty else { return true }
        return protocolType == self.protocolType && names.contains { self.commonProtocols.contains($0) }
    }

    /// The strategies that every member knows, in the first member's order.
    var commonProtocols: [String] {
        guard let first = self.orderedMembers.first else { return [] }
        return first.protocols.map(\.name).filter { name in
            self.members.values.allSatisfy { member in member.protocols.contains { $0.name == name } }
        }
    }

    /// The strategy with the most votes: each member votes for the first common one of its list.
    var preferredProtocol: String? {
        let common = self.commonProtocols
        var votes: [String: Int] = [:]
        for member in self.members.values {
            if let vote = member.protocols.first(where: { common.contains($0.name) }) {
                votes[vote.name, default: 0] += 1
            }
        }
        return common.max { votes[$0, default: 0] < votes[$1, default: 0] }
    }

    /// Whether everybody who is expected has joined.
    var hasAllJoined: Bool {
        self.pendingMembers.isEmpty && self.members.values.allSatisfy { $0.join != nil }
    }

    var rebalanceTimeout: Duration {
        self.members.values.map(\.rebalanceTimeout).max() ?? .zero
    }

    /// When something has to happen if nothing else does.
    var wakeUp: Instant? {
        var earliest = Instant.distantFuture
        if case .preparingRebalance(let rebalance) = self.state { earliest = rebalance.wakeUp }
        for member in self.members.values where !member.isWaiting { earliest = min(earliest, member.sessionEnds) }
        for lapse in self.pendingMembers.values { earliest = min(earliest, lapse) }
        return earliest == .distantFuture ? nil : earliest
    }

    /// The generation as it is stored; `assignments` by member.
    func metadata(assignments: [String: ByteBuffer], nowMs: Int64) -> GroupMetadata {
        GroupMetadata(
            protocolType: self.protocolType ?? "",
            generation: self.generation,
            protocolName: self.members.isEmpty ? nil : self.protocolName,
            leader: self.members.isEmpty ? nil : self.leader,
            stateTimestamp: nowMs,
            members: self.orderedMembers.map { member in
                GroupMetadata.Member(
                    id: member.id,
                    groupInstanceId: member.groupInstanceId,
                    clientId: member.clientId,
                    clientHost: member.clientHost,
                    rebalanceTimeoutMs: Int32(clamping: member.rebalanceTimeout.wholeNanoseconds / 1_000_000),
                    sessionTimeoutMs: Int32(clamping: member.sessionTimeout.wholeNanoseconds / 1_000_000),
                    subscription: member.metadata(of: self.protocolName),
                    assignment: assignments[member.id] ?? ByteBuffer()
                )
            }
        )
    }
}
