// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The coordinating broker. Versions 0–3.
package struct FindCoordinatorResponse: ResponseMessage {
    package static let apiKey = APIKey.findCoordinator

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// What went wrong, in words.
    package var errorMessage: String? = nil
    /// The coordinating broker's id.
    package var nodeId: Int32 = 0
    /// The host to connect to.
    package var host: String = ""
    /// The port to connect to.
    package var port: Int32 = 0

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
        try visitor.visit(&self.errorCode)
        if visitor.version >= 1 { try visitor.visit(&self.errorMessage) }
        try visitor.visit(&self.nodeId)
        try visitor.visit(&self.host)
        try visitor.visit(&self.port)
    }
}
