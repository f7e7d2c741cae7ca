// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each topic. Versions 0–7.
package struct CreateTopicsResponse: ResponseMessage {
    package static let apiKey = APIKey.createTopics

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The results by topic.
    package var topics: [CreatableTopicResult] = []

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

    /// One topic's result.
    package struct CreatableTopicResult: WireStructure {
        /// The name.
        package var name: String = ""
        /// The topic's id; zero for none.
        package var topicId: TopicID = .zero
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// What went wrong, in words.
        package var errorMessage: String? = nil
        /// Why the settings are not shown (tag 0).
        package var topicConfigErrorCode: ErrorCode = .none
        /// How many partitions; -1 for the broker's default.
        package var numPartitions: Int32 = -1
        /// How many replicas of each; -1 for the broker's default.
        package var replicationFactor: Int16 = -1
        /// The settings.
        package var configs: [CreatableTopicConfigs]? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            if visitor.version >= 7 { try visitor.visit(&self.topicId) }
            try visitor.visit(&self.errorCode)
            if visitor.version >= 1 { try visitor.visit(&self.errorMessage) }
            if visitor.version >= 5 {
                try visitor.visit(&self.numPartitions)
                try visitor.visit(&self.replicationFactor)
                try visitor.visit(&self.configs)
            }
        }

        package var presentTags: [UInt32] {
            var tags: [UInt32] = []
            if self.topicConfigErrorCode != .none { tags.append(0) }
            return tags
        }

        package mutating func visitTag<Visitor: FieldVisitor>(
            _ tag: UInt32,
            _ visitor: inout Visitor
        ) throws(WireError) -> Bool {
            switch tag {
            case 0: try visitor.visit(&self.topicConfigErrorCode)
            default: return false
            }
            return true
        }
    }

    /// A setting of the new topic.
    package struct CreatableTopicConfigs: WireStructure {
        /// The name.
        package var name: String = ""
        /// The value; nil where it is hidden.
        package var value: String? = nil
        /// Whether it can't be changed.
        package var readOnly = false
        /// Where the value comes from: 1 topic, 2–4 broker, 5 default.
        package var configSource: Int8 = -1
        /// Whether the value is hidden.
        package var isSensitive = false

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.value)
            try visitor.visit(&self.readOnly)
            try visitor.visit(&self.configSource)
            try visitor.visit(&self.isSensitive)
        }
    }
}
