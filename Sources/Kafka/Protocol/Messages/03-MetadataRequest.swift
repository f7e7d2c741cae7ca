// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for brokers, topics and leaders. Versions 0–11.
package struct MetadataRequest: RequestMessage {
    package typealias Response = MetadataResponse

    package static let apiKey = APIKey.metadata

    /// The topics asked for; nil for all. In version 0 an empty list means all.
    package var topics: [MetadataRequestTopic]? = nil
    /// Whether an unknown topic may be created.
    package var allowAutoTopicCreation = true
    /// Whether to say what the client may do with the cluster.
    package var includeClusterAuthorizedOperations = false
    /// Whether to say what the client may do with each topic.
    package var includeTopicAuthorizedOperations = false

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
        try visitor.visit(&self.topics)
        if visitor.version >= 4 { try visitor.visit(&self.allowAutoTopicCreation) }
        if (8...10).contains(visitor.version) { try visitor.visit(&self.includeClusterAuthorizedOperations) }
        if visitor.version >= 8 { try visitor.visit(&self.includeTopicAuthorizedOperations) }
    }

    /// A topic asked for.
    package struct MetadataRequestTopic: WireStructure {
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero
        /// The name.
        package var name: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            if visitor.version >= 10 { try visitor.visit(&self.topicId) }
            try visitor.visit(&self.name)
        }
    }
}
