// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The record batches read. Versions 0–12.
package struct FetchResponse: ResponseMessage {
    package static let apiKey = APIKey.fetch

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The fetch session; 0 for none.
    package var sessionId: Int32 = 0
    /// The results by topic.
    package var responses: [FetchableTopicResponse] = []

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
        if visitor.version >= 1 { try visitor.visit(&self.throttleTimeMs) }
        if visitor.version >= 7 {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.sessionId)
        }
        try visitor.visit(&self.responses)
    }

    /// What was read of one topic.
    package struct FetchableTopicResponse: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The partitions.
        package var partitions: [PartitionData] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitions)
        }
    }

    /// One partition.
    package struct PartitionData: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The offset below which records are committed.
        package var highWatermark: Int64 = 0
        /// The offset below which no transaction is open.
        package var lastStableOffset: Int64 = -1
        /// The first offset of the log; -1 where it is not known.
        package var logStartOffset: Int64 = -1
        /// Where the follower's log departs from the leader's (tag 0).
        package var divergingEpoch: EpochEndOffset = EpochEndOffset()
        /// The leader, where the one asked is not (tag 1).
        package var currentLeader: LeaderIdAndEpoch = LeaderIdAndEpoch()
        /// The snapshot to begin with (tag 2).
        package var snapshotId: SnapshotId = SnapshotId()
        /// The aborted transactions among the records.
        package var abortedTransactions: [AbortedTransaction]? = nil
        /// The replica that the consumer shall read from; -1 for this one.
        package var preferredReadReplica: Int32 = -1
        /// The record batches; null, which the schema allows, is more than librdkafka can read.
        package var records: Records = .empty

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.highWatermark)
            if visitor.version >= 4 { try visitor.visit(&self.lastStableOffset) }
            if visitor.version >= 5 { try visitor.visit(&self.logStartOffset) }
            if visitor.version >= 4 { try visitor.visit(&self.abortedTransactions) }
            if visitor.version >= 11 { try visitor.visit(&self.preferredReadReplica) }
            try visitor.visit(&self.records)
        }

        package var presentTags: [UInt32] {
            var tags: [UInt32] = []
            if self.divergingEpoch != EpochEndOffset() { tags.append(0) }
            if self.currentLeader != LeaderIdAndEpoch() { tags.append(1) }
            if self.snapshotId != SnapshotId() { tags.append(2) }
            return tags
        }

        package mutating func visitTag<Visitor: FieldVisitor>(
            _ tag: UInt32,
            _ visitor: inout Visitor
        ) throws(WireError) -> Bool {
            switch tag {
            case 0: try visitor.visit(&self.divergingEpoch)
            case 1: try visitor.visit(&self.currentLeader)
            case 2: try visitor.visit(&self.snapshotId)
            default: return false
            }
            return true
        }
    }

    /// Where a leader epoch ends.
    package struct EpochEndOffset: WireStructure {
        /// The leader epoch.
        package var epoch: Int32 = -1
        /// The offset at which the epoch ends.
        package var endOffset: Int64 = -1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.epoch)
            try visitor.visit(&self.endOffset)
        }
    }

    /// A leader and its epoch.
    package struct LeaderIdAndEpoch: WireStructure {
        /// The leading broker.
        package var leaderId: Int32 = -1
        /// The leader epoch.
        package var leaderEpoch: Int32 = -1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.leaderId)
            try visitor.visit(&self.leaderEpoch)
        }
    }

    /// A snapshot of the metadata log.
    package struct SnapshotId: WireStructure {
        /// The offset at which the epoch ends.
        package var endOffset: Int64 = -1
        /// The leader epoch.
        package var epoch: Int32 = -1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.endOffset)
            try visitor.visit(&self.epoch)
        }
    }

    /// A transaction that was aborted.
    package struct AbortedTransaction: WireStructure {
        /// The producer's id.
        package var producerId: Int64 = 0
        /// The transaction's first offset.
        package var firstOffset: Int64 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.producerId)
            try visitor.visit(&self.firstOffset)
        }
    }
}
