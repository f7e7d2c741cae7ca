// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each topic. Versions 0–6.
package struct DeleteTopicsResponse: ResponseMessage {
    package static let apiKey = APIKey.deleteTopics

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The results by topic.
    package var responses: [DeletableTopicResult] = []

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
        try visitor.visit(&self.responses)
    }

    /// One topic's result.
    package struct DeletableTopicResult: WireStructure {
        /// The name.
        package var name: String? = nil
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// What went wrong, in words.
        package var errorMessage: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            if visitor.version >= 6 { try visitor.visit(&self.topicId) }
            try visitor.visit(&self.errorCode)
            if visitor.version >= 5 { try visitor.visit(&self.errorMessage) }
        }
    }
}
