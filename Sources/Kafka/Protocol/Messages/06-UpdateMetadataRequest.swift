// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The controller tells a broker what to answer to Metadata. Versions 7.
package struct UpdateMetadataRequest: RequestMessage {
    package typealias Response = UpdateMetadataResponse

    package static let apiKey = APIKey.updateMetadata

    /// The controlling broker; -1 for none.
    package var controllerId: Int32 = 0
    /// The controller's epoch.
    package var controllerEpoch: Int32 = 0
    /// The czxid of the broker's registration; -1 for unknown (KIP-380).
    package var brokerEpoch: Int64 = -1
    /// The states by topic.
    package var topicStates: [UpdateMetadataTopicState] = []
    /// The live brokers.
    package var liveBrokers: [UpdateMetadataBroker] = []

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
        try visitor.visit(&self.controllerId)
        try visitor.visit(&self.controllerEpoch)
        try visitor.visit(&self.brokerEpoch)
        try visitor.visit(&self.topicStates)
        try visitor.visit(&self.liveBrokers)
    }

    /// One topic's partitions.
    package struct UpdateMetadataTopicState: WireStructure {
        /// The topic.
        package var topicName: String = ""
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero
        /// The states by partition.
        package var partitionStates: [UpdateMetadataPartitionState] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topicName)
            try visitor.visit(&self.topicId)
            try visitor.visit(&self.partitionStates)
        }
    }

    /// The state of a partition.
    package struct UpdateMetadataPartitionState: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The controller's epoch.
        package var controllerEpoch: Int32 = 0
        /// The leading broker; -1 for none, -2 while the topic is being deleted.
        package var leader: Int32 = 0
        /// The leader epoch.
        package var leaderEpoch: Int32 = 0
        /// The replicas in sync.
        package var isr: [Int32] = []
        /// The version of the partition's state in ZooKeeper.
        package var zkVersion: Int32 = 0
        /// All replicas, the preferred leader first.
        package var replicas: [Int32] = []
        /// The replicas that are down.
        package var offlineReplicas: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.controllerEpoch)
            try visitor.visit(&self.leader)
            try visitor.visit(&self.leaderEpoch)
            try visitor.visit(&self.isr)
            try visitor.visit(&self.zkVersion)
            try visitor.visit(&self.replicas)
            try visitor.visit(&self.offlineReplicas)
        }
    }

    /// A live broker.
    package struct UpdateMetadataBroker: WireStructure {
        /// The broker's id.
        package var id: Int32 = 0
        /// Where it listens.
        package var endpoints: [UpdateMetadataEndpoint] = []
        /// The broker's rack.
        package var rack: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.id)
            try visitor.visit(&self.endpoints)
            try visitor.visit(&self.rack)
        }
    }

    /// An address that a broker listens on.
    package struct UpdateMetadataEndpoint: WireStructure {
        /// The port to connect to.
        package var port: Int32 = 0
        /// The host to connect to.
        package var host: String = ""
        /// The listener's name.
        package var listener: String = ""
        /// 0 for plaintext.
        package var securityProtocol: Int16 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.port)
            try visitor.visit(&self.host)
            try visitor.visit(&self.listener)
            try visitor.visit(&self.securityProtocol)
        }
    }
}
