// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Stores a group's offsets. Versions 0–8.
package struct OffsetCommitRequest: RequestMessage {
    package typealias Response = OffsetCommitResponse

    package static let apiKey = APIKey.offsetCommit

    /// The group.
    package var groupId: String = ""
    /// The group's generation; -1 outside of a generation.
    package var generationId: Int32 = -1
    /// The member's id; empty for a commit from outside the group.
    package var memberId: String = ""
    /// The id that a static member keeps over restarts.
    package var groupInstanceId: String? = nil
    /// How long to keep the offsets, in ms; -1 for the broker's own time.
    package var retentionTimeMs: Int64 = -1
    /// The topics.
    package var topics: [OffsetCommitRequestTopic] = []

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
        if visitor.version >= 1 {
            try visitor.visit(&self.generationId)
            try visitor.visit(&self.memberId)
        }
        if visitor.version >= 7 { try visitor.visit(&self.groupInstanceId) }
        if (2...4).contains(visitor.version) { try visitor.visit(&self.retentionTimeMs) }
        try visitor.visit(&self.topics)
    }

    /// One topic's offsets.
    package struct OffsetCommitRequestTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [OffsetCommitRequestPartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition's offset.
    package struct OffsetCommitRequestPartition: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The next offset to consume; -1 for none.
        package var committedOffset: Int64 = 0
        /// The leader epoch of the last record consumed; -1 for none.
        package var committedLeaderEpoch: Int32 = -1
        /// When it was committed, in ms since 1970; -1 for now.
        package var commitTimestamp: Int64 = -1
        /// What the client wants kept with it.
        package var committedMetadata: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.committedOffset)
            if visitor.version >= 6 { try visitor.visit(&self.committedLeaderEpoch) }
            if visitor.version == 1 { try visitor.visit(&self.commitTimestamp) }
            try visitor.visit(&self.committedMetadata)
        }
    }
}
