// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// Describing, listing and deleting groups.
extension GroupCoordinator {
    func describe(_ request: IncomingRequest, _ body: DescribeGroupsRequest, _ effects: inout [Effect]) {
        let response = DescribeGroupsResponse {
            $0.groups = body.groups.map { self.description(of: $0) }
        }
        effects.append(.reply(request.id, .describeGroups(response)))
    }

    private func description(of id: String) -> DescribeGroupsResponse.DescribedGroup {
        let error = self.refusal(for: id)
        var description = DescribeGroupsResponse.DescribedGroup {
            $0.errorCode = error
            $0.groupId = id
        }
        guard error == .none else { return description }
        guard let group = self.group(id) else {
            description.groupState = Group.State.dead.name  // Kafka's word for a group that is not there
            return description
        }
        let isStable = group.state == .stable
        description.groupState = group.state.name
        description.protocolType = group.protocolType ?? ""
        description.protocolData = isStable ? group.protocolName ?? "" : ""
        description.members = group.orderedMembers.map { member in
            .init {
                $0.memberId = member.id
                $0.groupInstanceId = member.groupInstanceId
                $0.clientId = member.clientId
                $0.clientHost = member.clientHost
                guard isStable else { return }
                $0.memberMetadata = member.metadata(of: group.protocolName)
                $0.memberAssignment = member.assignment
            }
        }
        return description
    }

    func list(_ request: IncomingRequest, _ body: ListGroupsRequest, _ effects: inout [Effect]) {
        var response = ListGroupsResponse()
        for partition in self.shards.keys.sorted() {
            guard case .active(let shard) = self.shards[partition] else {
                response.errorCode = .coordinatorLoadInProgress
                continue
            }
            for group in shard.groups.values {
                let state = group.state.name
                guard body.statesFilter.isEmpty || body.statesFilter.contains(state) else { continue }
                response.groups.append(
                    .init {
                        $0.groupId = group.id
                        $0.protocolType = group.protocolType ?? ""
                        $0.groupState = state
                    }
                )
            }
        }
        response.groups.sort { $0.groupId < $1.groupId }
        effects.append(.reply(request.id, .listGroups(response)))
    }

    // MARK: - Deleting

    mutating func delete(
        _ request: IncomingRequest,
        _ body: DeleteGroupsRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        var deletion = Deletion(results: [], openCount: 0)
        for id in body.groupsNames {
            let error = self.deletionRefusal(id)
            deletion.results.append(
                .init {
                    $0.groupId = id
                    $0.errorCode = error
                }
            )
            guard error == .none, var group = self.group(id) else { continue }
            group.state = .dead
            self.put(group)
            let partition = self.partition(of: id)
            let offsets = self.store(of: partition)?.groups[id]?.offsets.keys.sorted() ?? []
            let write = Write(
                partition: partition,
                group: id,
                records: offsets.map { .offset(group: id, $0, nil) } + [.group(id, nil)],
                purpose: .deletion(request.id)
            )
            deletion.openCount += 1
            self.append(write, now: now, &effects)
        }
        if deletion.openCount > 0 {
            self.deletions[request.id] = deletion
        } else {
            effects.append(.reply(request.id, .deleteGroups(DeleteGroupsResponse { $0.results = deletion.results })))
        }
    }

    private func deletionRefusal(_ id: String) -> ErrorCode {
        guard !id.isEmpty else { return .invalidGroupId }
        let error = self.refusal(for: id)
        guard error == .none else { return error }
        guard let group = self.group(id) else { return .groupIdNotFound }
        switch group.state {
        case .empty: return .none
        case .dead: return .groupIdNotFound
        case .preparingRebalance, .completingRebalance, .stable: return .nonEmptyGroup
        }
    }

    /// A group's removal is committed, or will not be.
    mutating func deletionSettled(_ id: RequestID, of group: String, error: ErrorCode, _ effects: inout [Effect]) {
        if var dead = self.group(group) {
            dead.state = .empty
            if error == .none { dead.generation = 0 }  // now blank, and so dropped
            self.put(dead)
        }
        guard var deletion = self.deletions[id] else { return }
        deletion.openCount -= 1
        if error != .none, let index = deletion.results.firstIndex(where: { $0.groupId == group }) {
            deletion.results[index].errorCode = Self.clientError(for: error)
        }
        self.deletions[id] = deletion.openCount > 0 ? deletion : nil
        guard deletion.openCount == 0 else { return }
        effects.append(.reply(id, .deleteGroups(DeleteGroupsResponse { $0.results = deletion.results })))
    }
}
