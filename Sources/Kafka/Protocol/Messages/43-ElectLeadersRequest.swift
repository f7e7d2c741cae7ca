// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks the controller to elect leaders. Versions 0–2.
package struct ElectLeadersRequest: RequestMessage {
    package typealias Response = ElectLeadersResponse

    package static let apiKey = APIKey.electLeaders

    /// 0 for preferred leaders, 1 for any replica.
    package var electionType: Int8 = 0
    /// The partitions; nil for all.
    package var topicPartitions: [TopicPartitions]? = nil
    /// How long the server may take, in ms.
    package var timeoutMs: Int32 = 60000

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
        if visitor.version >= 1 { try visitor.visit(&self.electionType) }
        try visitor.visit(&self.topicPartitions)
        try visitor.visit(&self.timeoutMs)
    }

    /// Partitions of one topic.
    package struct TopicPartitions: WireStructure {
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
