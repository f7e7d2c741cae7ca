// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import NIOCore

extension GroupScript {
    /// The request that a line stands for; nil for an unknown name.
    func request(_ command: Command) -> KafkaRequest? {
        let group = command.words.first ?? ""
        let member = self.member(command["member"])
        let instance = command["instance"]
        switch command.name {
        case "join":
            return .joinGroup(
                JoinGroupRequest {
                    $0.groupId = group
                    $0.sessionTimeoutMs = command.int("session") ?? 10_000
                    $0.rebalanceTimeoutMs = command.int("rebalance") ?? 60_000
                    $0.memberId = member
                    $0.groupInstanceId = instance
                    $0.protocolType = command["type"] ?? "consumer"
                    $0.protocols = (command["protocols"] == nil ? ["range"] : command.list("protocols")).map { name in
                        .init {
                            $0.name = name
                            $0.metadata = ByteBuffer(string: "\(command["topics"] ?? "t") by \(name)")
                        }
                    }
                }
            )
        case "sync":
            return .syncGroup(
                SyncGroupRequest {
                    $0.groupId = group
                    $0.generationId = command.int("generation") ?? 1
                    $0.memberId = member
                    $0.groupInstanceId = instance
                    $0.protocolName = command["protocol"]
                    $0.assignments = command.list("assign").map { pair in
                        let parts = pair.split(separator: ":")
                        return .init {
                            $0.memberId = self.member(String(parts[0]))
                            $0.assignment = ByteBuffer(substring: parts[1])
                        }
                    }
                }
            )
        case "heartbeat":
            return .heartbeat(
                HeartbeatRequest {
                    $0.groupId = group
                    $0.generationId = command.int("generation") ?? 1
                    $0.memberId = member
                    $0.groupInstanceId = instance
                }
            )
        case "leave":
            return .leaveGroup(
                LeaveGroupRequest {
                    $0.groupId = group
                    $0.memberId = member
                    $0.members = [
                        .init {
                            $0.memberId = member
                            $0.groupInstanceId = instance
                        }
                    ]
                }
            )
        case "commit":
            return .offsetCommit(
                OffsetCommitRequest {
                    $0.groupId = group
                    $0.generationId = command.int("generation") ?? -1
                    $0.memberId = member
                    $0.topics = Self.partitions(command.list("offsets")).map { topic, items in
                        .init {
                            $0.name = topic
                            $0.partitions = items.map { partition, offset in
                                .init {
                                    $0.partitionIndex = partition
                                    $0.committedOffset = offset
                                    $0.committedMetadata = command["metadata"]
                                }
                            }
                        }
                    }
                }
            )
        case "fetch":
            return .offsetFetch(
                OffsetFetchRequest {
                    $0.groupId = group
                    guard command["partitions"] != "all" else { return }
                    $0.topics = Self.partitions(command.list("partitions")).map { topic, items in
                        .init {
                            $0.name = topic
                            $0.partitionIndexes = items.map(\.0)
                        }
                    }
                }
            )
        case "describe": return .describeGroups(DescribeGroupsRequest { $0.groups = command.words })
        case "list": return .listGroups(ListGroupsRequest { $0.statesFilter = command.list("states") })
        case "delete": return .deleteGroups(DeleteGroupsRequest { $0.groupsNames = command.words })
        default: return nil
        }
    }

    /// `t-0:5,t-1:7,u-0:1` by topic.
    private static func partitions(_ items: [String]) -> [(String, [(Int32, Int64)])] {
        var topics: [(String, [(Int32, Int64)])] = []
        for item in items {
            let parts = item.split(separator: ":")
            let names = parts[0].split(separator: "-")
            let partition = (Int32(names[1]) ?? -1, parts.count > 1 ? Int64(parts[1]) ?? -1 : -1)
            if topics.last?.0 == String(names[0]) {
                topics[topics.count - 1].1.append(partition)
            } else {
                topics.append((String(names[0]), [partition]))
            }
        }
        return topics
    }

    // MARK: - Output

    mutating func describe(_ response: KafkaResponse) -> String {
        switch response {
        case .joinGroup(let body):
            guard body.errorCode == .none else { return "join: \(body.errorCode) member=\(self.name(body.memberId))" }
            let members = body.members.map {
                "\(self.name($0.memberId))\($0.groupInstanceId.map { "(\($0))" } ?? "")=“\(String(buffer: $0.metadata))”"
            }
            return
                "join: generation=\(body.generationId) protocol=\(body.protocolName ?? "-") leader=\(self.name(body.leader))"
                + " member=\(self.name(body.memberId)) members=[\(members.joined(separator: ", "))]"
        case .syncGroup(let body):
            return body.errorCode == .none ? "sync: “\(String(buffer: body.assignment))”" : "sync: \(body.errorCode)"
        case .heartbeat(let body): return "heartbeat: \(body.errorCode)"
        case .leaveGroup(let body):
            let members = body.members.map { "\(self.name($0.memberId)) \($0.errorCode)" }
            return "leave: \(body.errorCode) [\(members.joined(separator: ", "))]"
        case .offsetCommit(let body):
            let results = body.topics.flatMap { topic in
                topic.partitions.map { "\(topic.name)-\($0.partitionIndex) \($0.errorCode)" }
            }
            return "commit: \(results.joined(separator: ", "))"
        case .offsetFetch(let body):
            let offsets = body.topics.flatMap { topic in
                topic.partitions.map { item in
                    "\(topic.name)-\(item.partitionIndex)=\(item.committedOffset)"
                        + (item.metadata?.isEmpty == false ? "“\(item.metadata ?? "")”" : "")
                        + (item.errorCode == .none ? "" : " \(item.errorCode)")
                }
            }
            return "fetch: \(body.errorCode) [\(offsets.joined(separator: ", "))]"
        case .describeGroups(let body):
            return "describe: "
                + body.groups.map { group in
                    let members = group.members.map {
                        "\(self.name($0.memberId)) \($0.clientId) \($0.clientHost) “\(String(buffer: $0.memberAssignment))”"
                    }
                    return "\(group.groupId) \(group.errorCode) \(group.groupState) protocol=\(group.protocolData)"
                        + " members=[\(members.joined(separator: ", "))]"
                }.joined(separator: "; ")
        case .listGroups(let body):
            let groups = body.groups.map { "\($0.groupId) \($0.protocolType) \($0.groupState)" }
            return "list: \(body.errorCode) [\(groups.joined(separator: ", "))]"
        case .deleteGroups(let body):
            return "delete: " + body.results.map { "\($0.groupId) \($0.errorCode)" }.joined(separator: ", ")
        default: return "?"
        }
    }

    mutating func describe(_ records: ByteBuffer) -> String {
        guard let batch = try? RecordBatch(records), let list = try? batch.records() else { return "no batch" }
        return list.map { record in
            guard let key = record.key, let change = try? OffsetsRecord(key: key, value: record.value) else {
                return "no record"
            }
            switch change {
            case .offset(let group, let partition, let offset):
                return "\(group) \(partition)=\(offset.map { "\($0.offset)" } ?? "removed")"
            case .group(let group, .none): return "\(group) removed"
            case .group(let group, .some(let metadata)):
                let members = metadata.members.map { "\(self.name($0.id))“\(String(buffer: $0.assignment))”" }
                return "\(group) generation=\(metadata.generation) protocol=\(metadata.protocolName ?? "-")"
                    + " leader=\(self.name(metadata.leader ?? "")) members=[\(members.joined(separator: ", "))]"
            }
        }.joined(separator: "; ")
    }
}
