// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Replaces all settings of topics and brokers. Versions 0–2.
package struct AlterConfigsRequest: RequestMessage {
    package typealias Response = AlterConfigsResponse

    package static let apiKey = APIKey.alterConfigs

    /// The resources.
    package var resources: [AlterConfigsResource] = []
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
        try visitor.visit(&self.resources)
        try visitor.visit(&self.validateOnly)
    }

    /// A resource to change.
    package struct AlterConfigsResource: WireStructure {
        /// 2 for a topic, 4 for a broker.
        package var resourceType: Int8 = 0
        /// The topic or the broker.
        package var resourceName: String = ""
        /// The settings.
        package var configs: [AlterableConfig] = []

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.resourceType)
            try visitor.visit(&self.resourceName)
            try visitor.visit(&self.configs)
        }
    }

    /// A setting.
    package struct AlterableConfig: WireStructure {
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
