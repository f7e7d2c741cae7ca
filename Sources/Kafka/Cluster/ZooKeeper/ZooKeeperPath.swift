// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Where Kafka keeps what in ZooKeeper.
package enum ZooKeeperPath {
    package static let brokerIDs = "/brokers/ids"
    package static let topics = "/brokers/topics"
    package static let controller = "/controller"
    package static let controllerEpoch = "/controller_epoch"
    package static let deleteTopics = "/admin/delete_topics"
    package static let topicConfigs = "/config/topics"
    package static let clusterID = "/cluster/id"
    package static let producerIDBlock = "/latest_producer_id_block"
    /// The topic of the group coordinators.
    package static let offsetsTopic = "__consumer_offsets"

    /// The persistent folders that a broker makes at its start, parents first.
    package static let persistent = [
        "/consumers", "/brokers", "/brokers/ids", "/brokers/topics", "/brokers/seqid", "/config", "/config/changes",
        "/config/topics", "/config/clients", "/admin", "/admin/delete_topics", "/isr_change_notification", "/cluster",
        "/latest_producer_id_block",
    ]

    package static func broker(_ id: Int32) -> String { "/brokers/ids/\(id)" }
    package static func topic(_ name: String) -> String { "/brokers/topics/\(name)" }
    package static func topicConfig(_ name: String) -> String { "/config/topics/\(name)" }
    package static func partitions(_ topic: String) -> String { "/brokers/topics/\(topic)/partitions" }
    package static func partition(_ partition: TopicPartition) -> String {
        "/brokers/topics/\(partition.topic)/partitions/\(partition.partition)"
    }
    package static func state(_ partition: TopicPartition) -> String {
        "/brokers/topics/\(partition.topic)/partitions/\(partition.partition)/state"
    }

    /// The last name of a path.
    package static func name(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}
