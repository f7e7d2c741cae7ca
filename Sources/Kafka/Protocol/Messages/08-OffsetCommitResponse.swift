// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each offset. Versions 0–8.
package struct OffsetCommitResponse: ResponseMessage {
    package static let apiKey = APIKey.offsetCommit

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The topics.
    package var topics: [OffsetCommitResponseTopic] = []

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
        try visitor.visit(&self.topics)
    }

    /// One topic's results.
    package struct OffsetCommitResponseTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [OffsetCommitResponsePartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition's result.
    package struct OffsetCommitResponsePartition: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.errorCode)
        }
    }
}
