// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The brokers, topics and leaders that this broker knows of. Versions 0–11.
package struct MetadataResponse: ResponseMessage {
    package static let apiKey = APIKey.metadata

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The live brokers.
    package var brokers: [MetadataResponseBroker] = []
    /// The cluster's id.
    package var clusterId: String? = nil
    /// The controlling broker; -1 for none.
    package var controllerId: Int32 = -1
    /// The topics.
    package var topics: [MetadataResponseTopic] = []
    /// What the client may do with the cluster, as bits; the least number for not asked.
    package var clusterAuthorizedOperations: Int32 = .min

    package init() {}

    package init(from buffer: inout ByteBuffer, version: Int16) throws(WireError) {
        try self.init(decoding: &buffer, version: version)
    }

    package func encodeParts(
        into buffer: inout ByteBuffer,
        version: Int16
    ) throws(WireError) -> [ExternalRecords.Placement] {
        try self.encoded(into: &buffer, version: version)
    }

    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
        if visitor.version >= 3 { try visitor.visit(&self.throttleTimeMs) }
        try visitor.visit(&self.brokers)
        if visitor.version >= 2 { try visitor.visit(&self.clusterId) }
        if visitor.version >= 1 { try visitor.visit(&self.controllerId) }
        try visitor.visit(&self.topics)
        if (8...10).contains(visitor.version) { try visitor.visit(&self.clusterAuthorizedOperations) }
    }

    /// A live broker.
    package struct MetadataResponseBroker: WireStructure {
        /// The broker's id.
        package var nodeId: Int32 = 0
        /// The host to connect to.
        package var host: String = ""
        /// The port to connect to.
        package var port: Int32 = 0
        /// The broker's rack.
        package var rack: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.nodeId)
            try visitor.visit(&self.host)
            try visitor.visit(&self.port)
            if visitor.version >= 1 { try visitor.visit(&self.rack) }
        }
    }

    /// A topic.
    package struct MetadataResponseTopic: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The name.
        package var name: String = ""
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero
        /// Whether Kafka itself owns the topic.
        package var isInternal = false
        /// The partitions.
        package var partitions: [MetadataResponsePartition] = []
        /// What the client may do, as bits; the least number for not asked.
        package var topicAuthorizedOperations: Int32 = .min

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.name)
            if visitor.version >= 10 { try visitor.visit(&self.topicId) }
            if visitor.version >= 1 { try visitor.visit(&self.isInternal) }
            try visitor.visit(&self.partitions)
            if visitor.version >= 8 { try visitor.visit(&self.topicAuthorizedOperations) }
        }
    }

    /// A partition.
    package struct MetadataResponsePartition: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The leading broker; -1 for none.
        package var leaderId: Int32 = 0
        /// The leader epoch.
        package var leaderEpoch: Int32 = -1
        /// All replicas, the preferred leader first.
        package var replicaNodes: [Int32] = []
        /// The replicas in sync.
        package var isrNodes: [Int32] = []
        /// The replicas that are down.
        package var offlineReplicas: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.leaderId)
            if visitor.version >= 7 { try visitor.visit(&self.leaderEpoch) }
            try visitor.visit(&self.replicaNodes)
            try visitor.visit(&self.isrNodes)
            if visitor.version >= 5 { try visitor.visit(&self.offlineReplicas) }
        }
    }
}
