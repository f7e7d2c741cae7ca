// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The offsets found. Versions 0–6.
package struct ListOffsetsResponse: ResponseMessage {
    package static let apiKey = APIKey.listOffsets

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The topics.
    package var topics: [ListOffsetsTopicResponse] = []

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
        if visitor.version >= 2 { try visitor.visit(&self.throttleTimeMs) }
        try visitor.visit(&self.topics)
    }

    /// One topic's results.
    package struct ListOffsetsTopicResponse: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [ListOffsetsPartitionResponse] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition's result.
    package struct ListOffsetsPartitionResponse: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// Offsets, descending.
        package var oldStyleOffsets: [Int64] = []
        /// The time of the record at the offset; -1 for none.
        package var timestamp: Int64 = -1
        /// The offset; -1 where there is none.
        package var offset: Int64 = -1
        /// The leader epoch.
        package var leaderEpoch: Int32 = -1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.errorCode)
            if visitor.version == 0 { try visitor.visit(&self.oldStyleOffsets) }
            if visitor.version >= 1 {
                try visitor.visit(&self.timestamp)
                try visitor.visit(&self.offset)
            }
            if visitor.version >= 4 { try visitor.visit(&self.leaderEpoch) }
        }
    }
}
