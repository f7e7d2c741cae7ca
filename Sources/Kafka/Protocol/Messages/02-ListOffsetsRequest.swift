// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for the offset at a time, at the start or at the end. Versions 0–6.
package struct ListOffsetsRequest: RequestMessage {
    package typealias Response = ListOffsetsResponse

    package static let apiKey = APIKey.listOffsets

    /// The broker that asks as a follower; -1 for a client.
    package var replicaId: Int32 = 0
    /// 0 to read all records, 1 only those of committed transactions.
    package var isolationLevel: Int8 = 0
    /// The topics.
    package var topics: [ListOffsetsTopic] = []

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
        if visitor.version >= 2 { try visitor.visit(&self.isolationLevel) }
        try visitor.visit(&self.topics)
    }

    /// One topic's partitions.
    package struct ListOffsetsTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// The partitions.
        package var partitions: [ListOffsetsPartition] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.partitions)
        }
    }

    /// What to look up in one partition.
    package struct ListOffsetsPartition: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The leader epoch that the sender knows; -1 for not to be checked.
        package var currentLeaderEpoch: Int32 = -1
        /// A time in ms since 1970; -1 asks for the end, -2 for the start.
        package var timestamp: Int64 = 0
        /// How many offsets to answer with.
        package var maxNumOffsets: Int32 = 1

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            if visitor.version >= 4 { try visitor.visit(&self.currentLeaderEpoch) }
            try visitor.visit(&self.timestamp)
            if visitor.version == 0 { try visitor.visit(&self.maxNumOffsets) }
        }
    }
}
