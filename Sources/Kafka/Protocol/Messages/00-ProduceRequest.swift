// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Appends record batches to partitions. Versions 0–9.
package struct ProduceRequest: RequestMessage {
    package typealias Response = ProduceResponse

    package static let apiKey = APIKey.produce

    /// The transactional id; nil for a producer without transactions.
    package var transactionalId: String? = nil
    /// Which replicas must have the batch before the answer: 0 none, 1 the leader, -1 all in sync.
    package var acks: Int16 = 0
    /// How long the server may take, in ms.
    package var timeoutMs: Int32 = 0
    /// The batches by topic.
    package var topicData: [TopicProduceData] = []

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
        if visitor.version >= 3 { try visitor.visit(&self.transactionalId) }
        try visitor.visit(&self.acks)
        try visitor.visit(&self.timeoutMs)
        try visitor.visit(&self.topicData)
    }

    /// One topic's batches.
    package struct TopicProduceData: WireStructure {
        /// The name.
        package var name: String = ""
        /// The batches by partition.
        package var partitionData: [PartitionProduceData] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitionData)
        }
    }

    /// One partition's batches.
    package struct PartitionProduceData: WireStructure {
        /// The partition.
        package var index: Int32 = 0
        /// The record batches.
        package var records: Records = .null

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.index)
            try visitor.visit(&self.records)
        }
    }
}
