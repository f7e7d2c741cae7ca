// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Deletes topics. Versions 0–6.
package struct DeleteTopicsRequest: RequestMessage {
    package typealias Response = DeleteTopicsResponse

    package static let apiKey = APIKey.deleteTopics

    /// The topics.
    package var topics: [DeleteTopicState] = []
    /// The topics.
    package var topicNames: [String] = []
    /// How long the server may take, in ms.
    package var timeoutMs: Int32 = 0

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
        if visitor.version >= 6 { try visitor.visit(&self.topics) }
        if visitor.version <= 5 { try visitor.visit(&self.topicNames) }
        try visitor.visit(&self.timeoutMs)
    }

    /// A topic to delete, by name or by id.
    package struct DeleteTopicState: WireStructure {
        /// The name.
        package var name: String? = nil
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.topicId)
        }
    }
}
