// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The settings. Versions 0–4.
package struct DescribeConfigsResponse: ResponseMessage {
    package static let apiKey = APIKey.describeConfigs

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The results.
    package var results: [DescribeConfigsResult] = []

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
        try visitor.visit(&self.throttleTimeMs)
        try visitor.visit(&self.results)
    }

    /// One resource's settings.
    package struct DescribeConfigsResult: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// What went wrong, in words.
        package var errorMessage: String? = nil
        /// 2 for a topic, 4 for a broker.
        package var resourceType: Int8 = 0
        /// The topic or the broker.
        package var resourceName: String = ""
        /// The settings.
        package var configs: [DescribeConfigsResourceResult] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.errorMessage)
            try visitor.visit(&self.resourceType)
            try visitor.visit(&self.resourceName)
            try visitor.visit(&self.configs)
        }
    }

    /// A setting.
    package struct DescribeConfigsResourceResult: WireStructure {
        /// The name.
        package var name: String = ""
        /// The value.
        package var value: String? = nil
        /// Whether it can't be changed.
        package var readOnly = false
        /// Where the value comes from: 1 topic, 2–4 broker, 5 default.
        package var configSource: Int8 = -1
        /// Whether nobody set it.
        package var isDefault = false
        /// Whether the value is hidden.
        package var isSensitive = false
        /// Where the value could come from, first the one in force.
        package var synonyms: [DescribeConfigsSynonym] = []
        /// The value's type: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password.
        package var configType: Int8 = 0
        /// What the setting does.
        package var documentation: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.value)
            try visitor.visit(&self.readOnly)
            if visitor.version >= 1 { try visitor.visit(&self.configSource) }
            if visitor.version == 0 { try visitor.visit(&self.isDefault) }
            try visitor.visit(&self.isSensitive)
            if visitor.version >= 1 { try visitor.visit(&self.synonyms) }
            if visitor.version >= 3 {
                try visitor.visit(&self.configType)
                try visitor.visit(&self.documentation)
            }
        }
    }

    /// A place that the value could come from.
    package struct DescribeConfigsSynonym: WireStructure {
        /// The name.
        package var name: String = ""
        /// The value.
        package var value: String? = nil
        /// Where the value comes from, as in `configSource`.
        package var source: Int8 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.value)
            try visitor.visit(&self.source)
        }
    }
}
