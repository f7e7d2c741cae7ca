// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for settings of topics and brokers. Versions 0–4.
package struct DescribeConfigsRequest: RequestMessage {
    package typealias Response = DescribeConfigsResponse

    package static let apiKey = APIKey.describeConfigs

    /// The resources.
    package var resources: [DescribeConfigsResource] = []
    /// Whether to say where else the value could come from.
    package var includeSynonyms = false
    /// Whether to explain each setting.
    package var includeDocumentation = false

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
        try visitor.visit(&self.resources)
        if visitor.version >= 1 { try visitor.visit(&self.includeSynonyms) }
        if visitor.version >= 3 { try visitor.visit(&self.includeDocumentation) }
    }

    /// A resource asked for.
    package struct DescribeConfigsResource: WireStructure {
        /// 2 for a topic, 4 for a broker.
        package var resourceType: Int8 = 0
        /// The topic or the broker.
        package var resourceName: String = ""
        /// The settings asked for; nil for all.
        package var configurationKeys: [String]? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.resourceType)
            try visitor.visit(&self.resourceName)
            try visitor.visit(&self.configurationKeys)
        }
    }
}
