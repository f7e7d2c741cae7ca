// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for a group's offsets. Versions 0–7.
package struct OffsetFetchRequest: RequestMessage {
    package typealias Response = OffsetFetchResponse

    package static let apiKey = APIKey.offsetFetch

    /// The group.
    package var groupId: String = ""
    /// The topics asked for; nil for all.
    package var topics: [OffsetFetchRequestTopic]? = nil
    /// Whether offsets of open transactions are an error.
    package var requireStable = false

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
        try visitor.visit(&self.groupId)
        try visitor.visit(&self.topics)
        if visitor.version >= 7 { try visitor.visit(&self.requireStable) }
    }

    /// Partitions of one topic.
    package struct OffsetFetchRequestTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitionIndexes: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitionIndexes)
        }
    }
}
