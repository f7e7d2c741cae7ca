// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Adds partitions to topics. Versions 0–3.
package struct CreatePartitionsRequest: RequestMessage {
    package typealias Response = CreatePartitionsResponse

    package static let apiKey = APIKey.createPartitions

    /// The topics.
    package var topics: [CreatePartitionsTopic] = []
    /// How long the server may take, in ms.
    package var timeoutMs: Int32 = 0
    /// Whether to check without doing.
    package var validateOnly = false

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
        try visitor.visit(&self.topics)
        try visitor.visit(&self.timeoutMs)
        try visitor.visit(&self.validateOnly)
    }

    /// A topic that gets more partitions.
    package struct CreatePartitionsTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// How many partitions there shall be in all.
        package var count: Int32 = 0
        /// Who shall hold each new partition; nil to let the controller choose.
        package var assignments: [CreatePartitionsAssignment]? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.count)
            try visitor.visit(&self.assignments)
        }
    }

    /// Who shall hold a new partition.
    package struct CreatePartitionsAssignment: WireStructure {
        /// The brokers, the preferred leader first.
        package var brokerIds: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.brokerIds)
        }
    }
}
