// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The controller tells a broker which partitions it leads or follows. Versions 5.
package struct LeaderAndIsrRequest: RequestMessage {
    package typealias Response = LeaderAndIsrResponse

    package static let apiKey = APIKey.leaderAndIsr

    /// The controlling broker; -1 for none.
    package var controllerId: Int32 = 0
    /// The controller's epoch.
    package var controllerEpoch: Int32 = 0
    /// The czxid of the broker's registration; -1 for unknown (KIP-380).
    package var brokerEpoch: Int64 = -1
    /// 0 for some partitions, 1 for all that the broker has.
    package var type: Int8 = 0
    /// The states by topic.
    package var topicStates: [TopicPartitionStates<LeaderAndIsrPartitionState>] = []
    /// The brokers that lead.
    package var liveLeaders: [LeaderAndIsrLiveLeader] = []

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
        try visitor.visit(&self.type)
        try visitor.visit(&self.topicStates)
        try visitor.visit(&self.liveLeaders)
    }

    /// The state of a partition.
    @dynamicMemberLookup
    package struct LeaderAndIsrPartitionState: WireStructure {
        /// What both kinds of request say.
        package var shared = PartitionStateFields()
        /// The replicas being added.
        package var addingReplicas: [Int32] = []
        /// The replicas being removed.
        package var removingReplicas: [Int32] = []
        /// Whether the partition has just been created.
        package var isNew = false

        package init() {}

        package subscript<Value>(dynamicMember path: WritableKeyPath<PartitionStateFields, Value>) -> Value {
            get { self.shared[keyPath: path] }
            set { self.shared[keyPath: path] = newValue }
        }

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try self.shared.visitFields(&visitor)
            try visitor.visit(&self.addingReplicas)
            try visitor.visit(&self.removingReplicas)
            try visitor.visit(&self.isNew)
        }
    }

    /// A broker that leads.
    package struct LeaderAndIsrLiveLeader: WireStructure {
        /// The broker.
        package var brokerId: Int32 = 0
        /// The host to connect to.
        package var hostName: String = ""
        /// The port to connect to.
        package var port: Int32 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.brokerId)
            try visitor.visit(&self.hostName)
            try visitor.visit(&self.port)
        }
    }
}
