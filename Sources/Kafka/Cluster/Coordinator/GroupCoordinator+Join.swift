// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// Joining, and the rebalance that it leads to.
extension GroupCoordinator {
    mutating func join(
        _ request: IncomingRequest,
        _ body: JoinGroupRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        let sessionTimeout = Duration.milliseconds(body.sessionTimeoutMs)
        var error = body.groupId.isEmpty ? ErrorCode.invalidGroupId : self.refusal(for: body.groupId)
        if error == .none,
            sessionTimeout < self.settings.sessionTimeoutMin || sessionTimeout > self.settings.sessionTimeoutMax
        {
            error = .invalidSessionTimeout
        }
        guard error == .none else { return Self.refuseJoin(request.id, error, memberId: body.memberId, &effects) }
        guard var group = self.group(body.groupId) ?? (body.memberId.isEmpty ? Group(id: body.groupId) : nil) else {
            return Self.refuseJoin(request.id, .unknownMemberId, memberId: body.memberId, &effects)
        }
        let names = body.protocols.map(\.name)
        if group.state == .dead {
            error = .coordinatorNotAvailable
        } else if !group.supports(protocolType: body.protocolType, names: names) {
            error = .inconsistentGroupProtocol
        }
        guard error == .none else { return Self.refuseJoin(request.id, error, memberId: body.memberId, &effects) }
        if body.memberId.isEmpty {
            self.joinNewcomer(request, body, &group, now: now, &effects)
        } else {
            self.joinKnown(request, body, &group, now: now, &effects)
        }
        self.put(group)
    }

    static func refuseJoin(_ id: RequestID, _ error: ErrorCode, memberId: String, _ effects: inout [Effect]) {
        let response = JoinGroupResponse {
            $0.errorCode = error
            $0.protocolName = ""  // null only since version 7
            $0.memberId = memberId
        }
        effects.append(.reply(id, .joinGroup(response)))
    }

    /// A client without a member id.
    private mutating func joinNewcomer(
        _ request: IncomingRequest,
        _ body: JoinGroupRequest,
        _ group: inout Group,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        let id = self.makeID(prefix: body.groupInstanceId ?? request.clientID)
        if let instance = body.groupInstanceId {
            // A static member that has come back: it takes the place of what it was before.
            if let former = group.staticMember(instance) {
                group.remove(former.id)
                if let parked = former.join {
                    Self.refuseJoin(parked.id, .fencedInstanceId, memberId: former.id, &effects)
                }
                if let parked = former.sync { Self.refuseSync(parked.id, .fencedInstanceId, &effects) }
            }
        } else if request.version >= 4 {
            // Asked for its id again before it counts as a member, so that lost answers leave no ghosts (KIP-394).
            group.pendingMembers[id] = now + .milliseconds(body.sessionTimeoutMs)
            return Self.refuseJoin(request.id, .memberIdRequired, memberId: id, &effects)
        }
        self.admit(id, request, body, &group, now: now, &effects)
    }

    /// A client with a member id.
    private mutating func joinKnown(
        _ request: IncomingRequest,
        _ body: JoinGroupRequest,
        _ group: inout Group,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        if group.pendingMembers.removeValue(forKey: body.memberId) != nil {
            return self.admit(body.memberId, request, body, &group, now: now, &effects)
        }
        let error = Self.fencing(body.memberId, body.groupInstanceId, in: group)
        guard error == .none, let member = group.members[body.memberId] else {
            return Self.refuseJoin(request.id, error, memberId: body.memberId, &effects)
        }
        let protocols = Self.protocols(of: body)
        let isUnchanged = member.protocols == protocols
        switch group.state {
        case .preparingRebalance:
            break
        case .completingRebalance where isUnchanged:
            // Its answer was lost: it gets the same once more.
            return Self.answerJoin(request.id, member.id, group, &effects)
        case .stable where isUnchanged && member.id != group.leader:
            group.touch(member.id, now: now)
            return Self.answerJoin(request.id, member.id, group, &effects)
        case .completingRebalance, .stable, .empty, .dead:
            break
        }
        if let earlier = member.join { Self.refuseJoin(earlier.id, .unknownMemberId, memberId: member.id, &effects) }
        group.update(member.id) {
            $0.protocols = protocols
            $0.rebalanceTimeout = Self.rebalanceTimeout(of: body)
            $0.sessionTimeout = .milliseconds(body.sessionTimeoutMs)
            $0.join = .init(id: request.id)
        }
        self.rebalance(&group, now: now, &effects)
    }

    /// Whether a request may speak for a member.
    static func fencing(_ memberId: String, _ groupInstanceId: String?, in group: Group) -> ErrorCode {
        if let instance = groupInstanceId, let member = group.staticMember(instance), member.id != memberId {
            return .fencedInstanceId
        }
        return group.members[memberId] == nil ? .unknownMemberId : .none
    }

    private static func protocols(of body: JoinGroupRequest) -> [Group.Member.AssignmentProtocol] {
        body.protocols.map { .init(name: $0.name, metadata: $0.metadata) }
    }

    /// Version 0 has only the session's time.
    private static func rebalanceTimeout(of body: JoinGroupRequest) -> Duration {
        .milliseconds(body.rebalanceTimeoutMs >= 0 ? body.rebalanceTimeoutMs : body.sessionTimeoutMs)
    }

    private mutating func admit(
        _ id: String,
        _ request: IncomingRequest,
        _ body: JoinGroupRequest,
        _ group: inout Group,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        group.protocolType = body.protocolType
        let sessionTimeout = Duration.milliseconds(body.sessionTimeoutMs)
        group.add(
            Group.Member(
                id: id,
                groupInstanceId: body.groupInstanceId,
                clientId: request.clientID,
                clientHost: request.clientHost,
                rebalanceTimeout: Self.rebalanceTimeout(of: body),
                sessionTimeout: sessionTimeout,
                protocols: Self.protocols(of: body),
                sessionEnds: now + sessionTimeout,
                join: .init(id: request.id)
            )
        )
        if case .preparingRebalance(var rebalance) = group.state {
            rebalance.memberCame = true
            group.state = .preparingRebalance(rebalance)
        }
        self.rebalance(&group, now: now, &effects)
    }

    // MARK: - Rebalance

    /// Begins a rebalance unless one is under way, and ends it when everybody has joined.
    mutating func rebalance(_ group: inout Group, now: Instant, _ effects: inout [Effect]) {
        switch group.state {
        case .preparingRebalance, .dead:
            break
        case .empty:
            let deadline = now + group.rebalanceTimeout
            let delay = min(now + self.settings.initialRebalanceDelay, deadline)
            group.state = .preparingRebalance(.init(deadline: deadline, initialDelayEnds: delay > now ? delay : nil))
        case .completingRebalance:
            Self.refuseSyncs(of: &group, .rebalanceInProgress, now: now, &effects)
            group.state = .preparingRebalance(.init(deadline: now + group.rebalanceTimeout))
        case .stable:
            group.state = .preparingRebalance(.init(deadline: now + group.rebalanceTimeout))
        }
        self.completeJoinIfReady(&group, now: now, &effects)
    }

    mutating func completeJoinIfReady(_ group: inout Group, now: Instant, _ effects: inout [Effect]) {
        guard case .preparingRebalance(var rebalance) = group.state else { return }
        if let delayEnds = rebalance.initialDelayEnds {
            guard now >= delayEnds else { return }
            if rebalance.memberCame, now < rebalance.deadline {
                rebalance.memberCame = false
                rebalance.initialDelayEnds = min(now + self.settings.initialRebalanceDelay, rebalance.deadline)
                group.state = .preparingRebalance(rebalance)
                return
            }
            self.completeJoin(&group, now: now, &effects)
        } else if group.hasAllJoined || now >= rebalance.deadline {
            self.completeJoin(&group, now: now, &effects)
        }
    }

    /// Begins the next generation with those who have joined. Static members stay until their session ends.
    private mutating func completeJoin(_ group: inout Group, now: Instant, _ effects: inout [Effect]) {
        for member in group.orderedMembers where member.join == nil && member.groupInstanceId == nil {
            group.remove(member.id)
        }
        group.pendingMembers = group.pendingMembers.filter { $0.value > now }
        group.generation += 1
        guard !group.members.isEmpty else {
            group.state = .empty
            group.protocolName = nil
            group.leader = nil
            self.append(
                Write(
                    partition: self.partition(of: group.id),
                    group: group.id,
                    records: [.group(group.id, group.metadata(assignments: [:], nowMs: self.wallClockMs(now)))],
                    purpose: .emptyGroup
                ),
                now: now,
                &effects
            )
            return
        }
        if let leader = group.leader, group.members[leader]?.join == nil,
            let joined = group.orderedMembers.first(where: { $0.join != nil })
        {
            group.leader = joined.id
        }
        group.protocolName = group.preferredProtocol
        group.state = .completingRebalance
        for member in group.orderedMembers {
            guard let parked = member.join else { continue }
            Self.answerJoin(parked.id, member.id, group, &effects)
            group.update(member.id) { $0.join = nil }
            group.touch(member.id, now: now)
        }
    }

    /// The leader is told all members and what they subscribe to, the others only the generation.
    static func answerJoin(_ id: RequestID, _ memberId: String, _ group: Group, _ effects: inout [Effect]) {
        let response = JoinGroupResponse {
            $0.generationId = group.generation
            $0.protocolType = group.protocolType
            $0.protocolName = group.protocolName ?? ""
            $0.leader = group.leader ?? ""
            $0.memberId = memberId
            guard memberId == group.leader, group.state != .stable else { return }
            $0.members = group.orderedMembers.map { member in
                JoinGroupResponse.JoinGroupResponseMember {
                    $0.memberId = member.id
                    $0.groupInstanceId = member.groupInstanceId
                    $0.metadata = member.metadata(of: group.protocolName)
                }
            }
        }
        effects.append(.reply(id, .joinGroup(response)))
    }

    // MARK: - Time

    /// Ends sessions, lapsed ids and rebalances whose time has come.
    mutating func expireMembers(of group: Group, now: Instant, _ effects: inout [Effect]) {
        var group = group
        group.pendingMembers = group.pendingMembers.filter { $0.value > now }
        for member in group.orderedMembers where !member.isWaiting && member.sessionEnds <= now {
            self.take(member.id, outOf: &group, now: now, &effects)
        }
        self.completeJoinIfReady(&group, now: now, &effects)
        self.put(group)
    }

    /// Removes a member and lets the others share what it had.
    mutating func take(_ memberId: String, outOf group: inout Group, now: Instant, _ effects: inout [Effect]) {
        guard let member = group.remove(memberId) else { return }
        if let parked = member.join { Self.refuseJoin(parked.id, .unknownMemberId, memberId: memberId, &effects) }
        if let parked = member.sync { Self.refuseSync(parked.id, .unknownMemberId, &effects) }
        self.rebalance(&group, now: now, &effects)
    }
}
