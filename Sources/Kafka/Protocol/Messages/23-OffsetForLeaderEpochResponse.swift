// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Where the epochs end. Versions 0–4.
package struct OffsetForLeaderEpochResponse: ResponseMessage {
    package static let apiKey = APIKey.offsetForLeaderEpoch

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The topics.
    package var topics: [OffsetForLeaderTopicResult] = []

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
    package struct OffsetForLeaderTopicResult: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The partitions.
        package var partitions: [EpochEndOffset] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitions)
        }
    }

    /// Where a leader epoch ends.
    package struct EpochEndOffset: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The partition.
        package var partition: Int32 = 0
        /// The leader epoch.
        package var leaderEpoch: Int32 = -1
        /// The offset at which the epoch ends.
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.partition)
            if visitor.version >= 1 { try visitor.visit(&self.leaderEpoch) }
            try visitor.visit(&self.endOffset)
        }
    }
}
