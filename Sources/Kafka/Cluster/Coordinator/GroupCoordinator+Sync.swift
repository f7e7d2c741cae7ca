// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// What members do within a generation: take their assignment, say that they live, leave.
extension GroupCoordinator {
    mutating func sync(
        _ request: IncomingRequest,
        _ body: SyncGroupRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        var error = self.refusal(for: body.groupId)
        // A member can't know that its coordinator is new; joining again is what it has to do (as Kafka answers).
        if error == .coordinatorLoadInProgress { error = .rebalanceInProgress }
        guard error == .none else { return Self.refuseSync(request.id, error, &effects) }
        guard var group = self.group(body.groupId) else {
            return Self.refuseSync(request.id, .unknownMemberId, &effects)
        }
        error = Self.refusal(of: body.memberId, body.groupInstanceId, generation: body.generationId, in: group)
        if error == .none,
            body.protocolType.map({ $0 != group.protocolType }) ?? false
                || body.protocolName.map({ $0 != group.protocolName }) ?? false
        {
            error = .inconsistentGroupProtocol
        }
        guard error == .none, let member = group.members[body.memberId] else {
            return Self.refuseSync(request.id, error, &effects)
        }
        switch group.state {
        case .empty: Self.refuseSync(request.id, .unknownMemberId, &effects)
        case .dead: Self.refuseSync(request.id, .coordinatorNotAvailable, &effects)
        case .preparingRebalance: Self.refuseSync(request.id, .rebalanceInProgress, &effects)
        case .stable:
            group.touch(member.id, now: now)
            Self.answerSync(request.id, member.assignment, group, &effects)
        case .completingRebalance:
            if let earlier = member.sync { Self.refuseSync(earlier.id, .unknownMemberId, &effects) }
            group.update(member.id) { $0.sync = .init(id: request.id) }
            if member.id == group.leader { self.store(body.assignments, of: group, now: now, &effects) }
        }
        self.put(group)
    }

    /// Stores the leader's assignments; members are answered once they are committed.
    private mutating func store(
        _ assignments: [SyncGroupRequest.SyncGroupRequestAssignment],
        of group: Group,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        // A leader that asks again while its first answer is on its way changes nothing.
        let isStored = self.writes.values.contains {
            $0.group == group.id && $0.purpose == .assignments(generation: group.generation)
        }
        guard !isStored else { return }
        var byMember: [String: ByteBuffer] = [:]
        for assignment in assignments { byMember[assignment.memberId] = assignment.assignment }
        self.append(
            Write(
                partition: self.partition(of: group.id),
                group: group.id,
                records: [.group(group.id, group.metadata(assignments: byMember, nowMs: self.wallClockMs(now)))],
                purpose: .assignments(generation: group.generation)
            ),
            now: now,
            &effects
        )
    }

    /// The assignments are committed, or will not be.
    mutating func assignmentsSettled(
        _ metadata: GroupMetadata,
        of id: String,
        error: ErrorCode,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        // Since then the group may have begun another rebalance, which has answered everybody.
        guard var group = self.group(id), group.state == .completingRebalance, group.generation == metadata.generation
        else { return }
        if error == .none {
            group.state = .stable
            for stored in metadata.members {
                group.update(stored.id) { $0.assignment = stored.assignment }
            }
            for member in group.orderedMembers {
                guard let parked = member.sync else { continue }
                Self.answerSync(parked.id, member.assignment, group, &effects)
                group.update(member.id) { $0.sync = nil }
                group.touch(member.id, now: now)
            }
        } else {
            Self.refuseSyncs(of: &group, Self.clientError(for: error), now: now, &effects)
            self.rebalance(&group, now: now, &effects)
        }
        self.put(group)
    }

    static func refuseSyncs(of group: inout Group, _ error: ErrorCode, now: Instant, _ effects: inout [Effect]) {
        for member in group.orderedMembers {
            guard let parked = member.sync else { continue }
            self.refuseSync(parked.id, error, &effects)
            group.update(member.id) { $0.sync = nil }
            group.touch(member.id, now: now)
        }
    }

    static func refuseSync(_ id: RequestID, _ error: ErrorCode, _ effects: inout [Effect]) {
        effects.append(.reply(id, .syncGroup(SyncGroupResponse { $0.errorCode = error })))
    }

    private static func answerSync(_ id: RequestID, _ assignment: ByteBuffer, _ group: Group, _ effects: inout [Effect])
    {
        let response = SyncGroupResponse {
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName
            $0.assignment = assignment
        }
        effects.append(.reply(id, .syncGroup(response)))
    }

    /// Why a member of that generation is not heard; `.none` when it is.
    static func refusal(
        of memberId: String,
        _ groupInstanceId: String?,
        generation: Int32,
        in group: Group
    ) -> ErrorCode {
        if group.state == .dead { return .coordinatorNotAvailable }
        let error = self.fencing(memberId, groupInstanceId, in: group)
        if error != .none { return error }
        return generation == group.generation ? .none : .illegalGeneration
    }

    // MARK: - Heartbeat

    mutating func heartbeat(
        _ request: IncomingRequest,
        _ body: HeartbeatRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        var error = self.refusal(for: body.groupId)
        if error == .coordinatorLoadInProgress {
            error = .none  // the group is not known yet; the next heartbeat will tell
        } else if error == .none {
            error = self.beat(body, now: now)
        }
        effects.append(.reply(request.id, .heartbeat(HeartbeatResponse { $0.errorCode = error })))
    }

    private mutating func beat(_ body: HeartbeatRequest, now: Instant) -> ErrorCode {
        guard var group = self.group(body.groupId) else { return .unknownMemberId }
        let error = Self.refusal(of: body.memberId, body.groupInstanceId, generation: body.generationId, in: group)
        guard error == .none else { return error }
        group.touch(body.memberId, now: now)
        self.put(group)
        switch group.state {
        case .preparingRebalance: return .rebalanceInProgress
        case .completingRebalance, .stable: return .none
        case .empty, .dead: return .unknownMemberId
        }
    }

    // MARK: - Leaving

    mutating func leave(
        _ request: IncomingRequest,
        _ body: LeaveGroupRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        var response = LeaveGroupResponse { $0.errorCode = self.refusal(for: body.groupId) }
        if response.errorCode == .none {
            var leaving = body.members
            if request.version <= 2 { leaving = [.init { $0.memberId = body.memberId }] }
            // Other members' answers come behind this one: the leaver must not wait for a rebalance.
            var others: [Effect] = []
            for identity in leaving {
                let error = self.leave(body.groupId, identity, now: now, &others)
                response.members.append(
                    .init {
                        $0.memberId = identity.memberId
                        $0.groupInstanceId = identity.groupInstanceId
                        $0.errorCode = error
                    }
                )
            }
            if request.version <= 2 {
                response.errorCode = response.members.first?.errorCode ?? .none
                response.members = []
            }
            effects.append(.reply(request.id, .leaveGroup(response)))
            effects += others
            return
        }
        effects.append(.reply(request.id, .leaveGroup(response)))
    }

    private mutating func leave(
        _ groupId: String,
        _ identity: LeaveGroupRequest.MemberIdentity,
        now: Instant,
        _ effects: inout [Effect]
    ) -> ErrorCode {
        guard var group = self.group(groupId), group.state != .dead else { return .unknownMemberId }
        var memberId = identity.memberId
        if let instance = identity.groupInstanceId {
            guard let member = group.staticMember(instance) else { return .unknownMemberId }
            guard memberId.isEmpty || memberId == member.id else { return .fencedInstanceId }
            memberId = member.id
        }
        if group.pendingMembers.removeValue(forKey: memberId) != nil {
            self.completeJoinIfReady(&group, now: now, &effects)
        } else if group.members[memberId] != nil {
            self.take(memberId, outOf: &group, now: now, &effects)
        } else {
            return .unknownMemberId
        }
        self.put(group)
        return .none
    }
}
