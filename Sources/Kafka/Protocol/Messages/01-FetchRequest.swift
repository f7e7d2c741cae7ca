// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Reads record batches, as a consumer or as a follower. Versions 0–12.
package struct FetchRequest: RequestMessage {
    package typealias Response = FetchResponse

    package static let apiKey = APIKey.fetch

    /// The cluster's id.
    package var clusterId: String? = nil
    /// The broker that asks as a follower; -1 for a client.
    package var replicaId: Int32 = -1
    /// How long to wait for `minBytes`, in ms.
    package var maxWaitMs: Int32 = 0
    /// How many bytes to wait for.
    package var minBytes: Int32 = 0
    /// How many bytes to answer with at most.
    package var maxBytes: Int32 = .max
    /// 0 to read all records, 1 only those of committed transactions.
    package var isolationLevel: Int8 = 0
    /// The fetch session; 0 for none.
    package var sessionId: Int32 = 0
    /// The request's number within its session; -1 outside of one.
    package var sessionEpoch: Int32 = -1
    /// The topics.
    package var topics: [FetchTopic] = []
    /// What to take out of the session.
    package var forgottenTopicsData: [ForgottenTopic] = []
    /// The consumer's rack.
    package var rackId: String = ""

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
        try visitor.visit(&self.replicaId)
        try visitor.visit(&self.maxWaitMs)
        try visitor.visit(&self.minBytes)
        if visitor.version >= 3 { try visitor.visit(&self.maxBytes) }
        if visitor.version >= 4 { try visitor.visit(&self.isolationLevel) }
        if visitor.version >= 7 {
            try visitor.visit(&self.sessionId)
            try visitor.visit(&self.sessionEpoch)
        }
        try visitor.visit(&self.topics)
        if visitor.version >= 7 { try visitor.visit(&self.forgottenTopicsData) }
        if visitor.version >= 11 { try visitor.visit(&self.rackId) }
    }

    package var presentTags: [UInt32] {
        var tags: [UInt32] = []
        if self.clusterId != nil { tags.append(0) }
        return tags
    }

    package mutating func visitTag<Visitor: FieldVisitor>(
        _ tag: UInt32,
        _ visitor: inout Visitor
    ) throws(WireError) -> Bool {
        switch tag {
        case 0: try visitor.visit(&self.clusterId)
        default: return false
        }
        return true
    }

    /// What to read of one topic.
    package struct FetchTopic: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The partitions.
        package var partitions: [FetchPartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitions)
        }
    }

    /// What to read of one partition.
    package struct FetchPartition: WireStructure {
        /// The partition.
        package var partition: Int32 = 0
        /// The leader epoch that the sender knows; -1 for not to be checked.
        package var currentLeaderEpoch: Int32 = -1
        /// The offset to read from.
        package var fetchOffset: Int64 = 0
        /// The leader epoch of the last record that the follower has; -1 for none.
        package var lastFetchedEpoch: Int32 = -1
        /// The first offset of the log; -1 where it is not known.
        package var logStartOffset: Int64 = -1
        /// How many bytes of this partition to answer with at most.
        package var partitionMaxBytes: Int32 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partition)
            if visitor.version >= 9 { try visitor.visit(&self.currentLeaderEpoch) }
            try visitor.visit(&self.fetchOffset)
            if visitor.version >= 12 { try visitor.visit(&self.lastFetchedEpoch) }
            if visitor.version >= 5 { try visitor.visit(&self.logStartOffset) }
            try visitor.visit(&self.partitionMaxBytes)
        }
    }

    /// Partitions that leave the session.
    package struct ForgottenTopic: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The partitions.
        package var partitions: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitions)
        }
    }
}
