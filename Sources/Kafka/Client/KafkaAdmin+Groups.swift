// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// A consumer group as its coordinator sees it.
public struct ConsumerGroup: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Such as `Stable`, `PreparingRebalance` or `Empty`.
    public var state: String
    /// The broker that coordinates it.
    public var coordinator: Int32
    /// Its members' client ids.
    public var members: [String]
}

extension KafkaAdmin {
    /// All groups, by name; or the one of that name.
    public func groups(named name: String? = nil) async throws -> [ConsumerGroup] {
        try await self.run("groups") { client, limitMs in
            var list: UnsafePointer<rd_kafka_group_list>?
            let code = rd_kafka_list_groups(client, name, &list, limitMs)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { throw KafkaError(code, "list groups") }
            defer { rd_kafka_group_list_destroy(list) }
            return (0..<Int(list.pointee.group_cnt)).map { index in
                let group = list.pointee.groups[index]
                return ConsumerGroup(
                    name: String(cString: group.group),
                    state: String(cString: group.state),
                    coordinator: group.broker.id,
                    members: (0..<Int(group.member_cnt)).map { String(cString: group.members[$0].client_id) }
                )
            }.sorted { $0.name < $1.name }
        }
    }

    /// Deletes a group that has no members.
    public func deleteGroup(_ name: String) async throws {
        try await self.perform("delete group \(name)") { client, options, queue in
            var group = rd_kafka_DeleteGroup_new(name)
            defer { rd_kafka_DeleteGroup_destroy(group) }
            rd_kafka_DeleteGroups(client, &group, 1, options, queue)
        } result: { event in
            var count = 0
            let groups = rd_kafka_DeleteGroups_result_groups(rd_kafka_event_DeleteGroups_result(event), &count)
            for index in 0..<count {
                if let error = rd_kafka_group_result_error(groups?[index]) {
                    let text = rd_kafka_error_string(error).map { String(cString: $0) } ?? ""
                    throw KafkaError(rd_kafka_error_code(error), "\(name): \(text)")
                }
            }
        }
    }
}
