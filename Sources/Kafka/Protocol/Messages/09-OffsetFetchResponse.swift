// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The offsets stored. Versions 0–7.
package struct OffsetFetchResponse: ResponseMessage {
    package static let apiKey = APIKey.offsetFetch

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The topics.
    package var topics: [OffsetFetchResponseTopic] = []
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none

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
        if visitor.version >= 2 { try visitor.visit(&self.errorCode) }
    }

    /// One topic's offsets.
    package struct OffsetFetchResponseTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [OffsetFetchResponsePartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition's offset.
    package struct OffsetFetchResponsePartition: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The next offset to consume; -1 for none.
        package var committedOffset: Int64 = 0
        /// The leader epoch of the last record consumed; -1 for none.
        package var committedLeaderEpoch: Int32 = -1
        /// What the client kept with it.
        package var metadata: String? = nil
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.committedOffset)
            if visitor.version >= 5 { try visitor.visit(&self.committedLeaderEpoch) }
            try visitor.visit(&self.metadata)
            try visitor.visit(&self.errorCode)
        }
    }
}
