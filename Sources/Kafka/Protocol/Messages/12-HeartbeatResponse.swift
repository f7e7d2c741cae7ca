// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Whether the member is still in the generation. Versions 0–4.
package struct HeartbeatResponse: ResponseMessage {
    package static let apiKey = APIKey.heartbeat

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none

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
    }
}
