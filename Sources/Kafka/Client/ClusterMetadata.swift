// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// What a broker says about the cluster.
public struct ClusterMetadata: Hashable, Sendable {
    /// A broker.
    public struct Broker: Hashable, Sendable {
        /// Its id.
        public var id: Int32
        /// The host it advertises.
        public var host: String
        /// The port it advertises.
        public var port: Int
    }

    /// A partition.
    public struct Partition: Hashable, Sendable {
        /// Its number.
        public var id: Int32
        /// Its leader, or nil when it has none.
        public var leader: Int32?
        /// Its replicas, the preferred leader first.
        public var replicas: [Int32]
        /// The replicas in sync.
        public var inSyncReplicas: [Int32]
        /// Why it cannot be used, `none` otherwise.
        public var error: KafkaError.Code
    }

    /// A topic.
    public struct Topic: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its partitions, by number.
        public var partitions: [Partition]
        /// Why it cannot be used, `none` otherwise.
        public var error: KafkaError.Code
    }

    /// The brokers, by id.
    public var brokers: [Broker]
    /// The topics, by name.
    public var topics: [Topic]
    /// The controller's id, or nil when it is not known.
    public var controller: Int32?
    /// The broker that answered.
    public var answeredBy: Int32

    init(_ metadata: rd_kafka_metadata, controller: Int32?) {
        self.brokers = (0..<Int(metadata.broker_cnt)).map { index in
            let broker = metadata.brokers[index]
            return Broker(id: broker.id, host: String(cString: broker.host), port: Int(broker.port))
        }.sorted { $0.id < $1.id }
        self.topics = (0..<Int(metadata.topic_cnt)).map { index in
            let topic = metadata.topics[index]
            return Topic(
                name: String(cString: topic.topic),
                partitions: (0..<Int(topic.partition_cnt)).map { Partition(topic.partitions[$0]) }
                    .sorted { $0.id < $1.id },
                error: KafkaError.Code(rawValue: topic.err.rawValue)
            )
        }.sorted { $0.name < $1.name }
        self.controller = controller
        self.answeredBy = metadata.orig_broker_id
    }
}

extension ClusterMetadata.Partition {
    init(_ partition: rd_kafka_metadata_partition) {
        self.id = partition.id
        self.leader = partition.leader < 0 ? nil : partition.leader
        self.replicas = (0..<Int(partition.replica_cnt)).map { partition.replicas[$0] }
        self.inSyncReplicas = (0..<Int(partition.isr_cnt)).map { partition.isrs[$0] }
        self.error = KafkaError.Code(rawValue: partition.err.rawValue)
    }
}
