// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each resource. Versions 0–2.
package struct AlterConfigsResponse: ResponseMessage {
    package static let apiKey = APIKey.alterConfigs

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The results by topic.
    package var responses: [AlterConfigsResourceResponse] = []

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
        try visitor.visit(&self.responses)
    }

    /// One resource's result.
    package struct AlterConfigsResourceResponse: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// What went wrong, in words.
        package var errorMessage: String? = nil
        /// 2 for a topic, 4 for a broker.
        package var resourceType: Int8 = 0
        /// The topic or the broker.
        package var resourceName: String = ""

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.errorMessage)
            try visitor.visit(&self.resourceType)
            try visitor.visit(&self.resourceName)
        }
    }
}
