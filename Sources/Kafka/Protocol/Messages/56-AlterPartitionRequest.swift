// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A leader asks the controller to change the in-sync replicas (AlterIsr in 2.8). Versions 0.
package struct AlterPartitionRequest: RequestMessage {
    package typealias Response = AlterPartitionResponse

    package static let apiKey = APIKey.alterPartition

    /// The broker.
    package var brokerId: Int32 = 0
    /// The czxid of the broker's registration; -1 for unknown (KIP-380).
    package var brokerEpoch: Int64 = -1
    /// The topics.
    package var topics: [TopicData] = []

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
        try visitor.visit(&self.brokerId)
        try visitor.visit(&self.brokerEpoch)
        try visitor.visit(&self.topics)
    }

    /// One topic's partitions.
    package struct TopicData: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [PartitionData] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition.
    package struct PartitionData: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The leading broker.
        package var leaderId: Int32 = 0
        /// The leader epoch.
        package var leaderEpoch: Int32 = 0
        /// The replicas that shall be in sync.
        package var newIsr: [Int32] = []
        /// The version of the partition's state that this builds upon.
        package var currentIsrVersion: Int32 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.leaderId)
            try visitor.visit(&self.leaderEpoch)
            try visitor.visit(&self.newIsr)
            try visitor.visit(&self.currentIsrVersion)
        }
    }
}
