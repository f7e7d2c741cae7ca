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
    package var topicStates: [TopicPartitionStates<UpdateMetadataPartitionState>] = []
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

    /// The state of a partition.
    @dynamicMemberLookup
    package struct UpdateMetadataPartitionState: WireStructure {
        /// What both kinds of request say.
        package var shared = PartitionStateFields()
        /// The replicas that are down.
        package var offlineReplicas: [Int32] = []

        package init() {}

        package subscript<Value>(dynamicMember path: WritableKeyPath<PartitionStateFields, Value>) -> Value {
            get { self.shared[keyPath: path] }
            set { self.shared[keyPath: path] = newValue }
        }

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try self.shared.visitFields(&visitor)
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
