// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The controller tells a broker to stop following, or to delete. Versions 3.
package struct StopReplicaRequest: RequestMessage {
    package typealias Response = StopReplicaResponse

    package static let apiKey = APIKey.stopReplica

    /// The controlling broker; -1 for none.
    package var controllerId: Int32 = 0
    /// The controller's epoch.
    package var controllerEpoch: Int32 = 0
    /// The czxid of the broker's registration; -1 for unknown (KIP-380).
    package var brokerEpoch: Int64 = -1
    /// The states by topic.
    package var topicStates: [StopReplicaTopicState] = []

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
    }

    /// One topic's partitions.
    package struct StopReplicaTopicState: WireStructure {
        /// The topic.
        package var topicName: String = ""
        /// The states by partition.
        package var partitionStates: [StopReplicaPartitionState] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topicName)
            try visitor.visit(&self.partitionStates)
        }
    }

    /// A partition to stop.
    package struct StopReplicaPartitionState: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The leader epoch.
        package var leaderEpoch: Int32 = -1
        /// Whether to delete its data.
        package var deletePartition = false

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.leaderEpoch)
            try visitor.visit(&self.deletePartition)
        }
    }
}
