// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks where leader epochs end. Versions 0–4.
package struct OffsetForLeaderEpochRequest: RequestMessage {
    package typealias Response = OffsetForLeaderEpochResponse

    package static let apiKey = APIKey.offsetForLeaderEpoch

    /// The broker that asks as a follower; -1 for a client.
    package var replicaId: Int32 = -2
    /// The topics.
    package var topics: [OffsetForLeaderTopic] = []

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
        if visitor.version >= 3 { try visitor.visit(&self.replicaId) }
        try visitor.visit(&self.topics)
    }

    /// One topic's partitions.
    package struct OffsetForLeaderTopic: WireStructure {
        /// The topic.
        package var topic: String = ""
        /// The partitions.
        package var partitions: [OffsetForLeaderPartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.topic)
            try visitor.visit(&self.partitions)
        }
    }

    /// What to look up in one partition.
    package struct OffsetForLeaderPartition: WireStructure {
        /// The partition.
        package var partition: Int32 = 0
        /// The leader epoch that the sender knows; -1 for not to be checked.
        package var currentLeaderEpoch: Int32 = -1
        /// The leader epoch.
        package var leaderEpoch: Int32 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partition)
            if visitor.version >= 2 { try visitor.visit(&self.currentLeaderEpoch) }
            try visitor.visit(&self.leaderEpoch)
        }
    }
}
