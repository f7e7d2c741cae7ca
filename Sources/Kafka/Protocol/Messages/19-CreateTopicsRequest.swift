// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Creates topics. Versions 0–7.
package struct CreateTopicsRequest: RequestMessage {
    package typealias Response = CreateTopicsResponse

    package static let apiKey = APIKey.createTopics

    /// The topics.
    package var topics: [CreatableTopic] = []
    /// How long the server may take, in ms.
    package var timeoutMs: Int32 = 60000
    /// Whether to check without doing.
    package var validateOnly = false

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
        try visitor.visit(&self.timeoutMs)
        if visitor.version >= 1 { try visitor.visit(&self.validateOnly) }
    }

    /// A topic to create.
    package struct CreatableTopic: WireStructure {
        /// The name.
        package var name: String = ""
        /// How many partitions; -1 for the broker's default.
        package var numPartitions: Int32 = 0
        /// How many replicas of each; -1 for the broker's default.
        package var replicationFactor: Int16 = 0
        /// Who shall hold which partition; empty to let the controller choose.
        package var assignments: [CreatableReplicaAssignment] = []
        /// The settings.
        package var configs: [CreatableTopicConfig] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.numPartitions)
            try visitor.visit(&self.replicationFactor)
            try visitor.visit(&self.assignments)
            try visitor.visit(&self.configs)
        }
    }

    /// Who shall hold a partition.
    package struct CreatableReplicaAssignment: WireStructure {
        /// The partition.
        package var partitionIndex: Int32 = 0
        /// The brokers, the preferred leader first.
        package var brokerIds: [Int32] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.partitionIndex)
            try visitor.visit(&self.brokerIds)
        }
    }

    /// A setting.
    package struct CreatableTopicConfig: WireStructure {
        /// The name.
        package var name: String = ""
        /// The value.
        package var value: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.value)
        }
    }
}
