// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The requests that the broker speaks. Versions 0–3.
package struct ApiVersionsResponse: ResponseMessage {
    package static let apiKey = APIKey.apiVersions

    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The kinds of request that are spoken.
    package var apiKeys: [ApiVersion] = []
    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The features that this broker has (tag 0).
    package var supportedFeatures: [SupportedFeatureKey] = []
    /// The epoch of the features in use; -1 for unknown (tag 1).
    package var finalizedFeaturesEpoch: Int64 = -1
    /// The features in use (tag 2).
    package var finalizedFeatures: [FinalizedFeatureKey] = []

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
        try visitor.visit(&self.errorCode)
        try visitor.visit(&self.apiKeys)
        if visitor.version >= 1 { try visitor.visit(&self.throttleTimeMs) }
    }

    package var presentTags: [UInt32] {
        var tags: [UInt32] = []
        if self.supportedFeatures != [] { tags.append(0) }
        if self.finalizedFeaturesEpoch != -1 { tags.append(1) }
        if self.finalizedFeatures != [] { tags.append(2) }
        return tags
    }

    package mutating func visitTag<Visitor: FieldVisitor>(
        _ tag: UInt32,
        _ visitor: inout Visitor
    ) throws(WireError) -> Bool {
        switch tag {
        case 0: try visitor.visit(&self.supportedFeatures)
        case 1: try visitor.visit(&self.finalizedFeaturesEpoch)
        case 2: try visitor.visit(&self.finalizedFeatures)
        default: return false
        }
        return true
    }

    /// A kind of request with its versions.
    package struct ApiVersion: WireStructure {
        /// The kind of request.
        package var apiKey: Int16 = 0
        /// The lowest version.
        package var minVersion: Int16 = 0
        /// The highest version.
        package var maxVersion: Int16 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.apiKey)
            try visitor.visit(&self.minVersion)
            try visitor.visit(&self.maxVersion)
        }
    }

    /// A feature that the broker has.
    package struct SupportedFeatureKey: WireStructure {
        /// The name.
        package var name: String = ""
        /// The lowest version.
        package var minVersion: Int16 = 0
        /// The highest version.
        package var maxVersion: Int16 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.minVersion)
            try visitor.visit(&self.maxVersion)
        }
    }

    /// A feature in use.
    package struct FinalizedFeatureKey: WireStructure {
        /// The name.
        package var name: String = ""
        /// The highest level in use.
        package var maxVersionLevel: Int16 = 0
        /// The lowest level in use.
        package var minVersionLevel: Int16 = 0

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.maxVersionLevel)
            try visitor.visit(&self.minVersionLevel)
        }
    }
}
