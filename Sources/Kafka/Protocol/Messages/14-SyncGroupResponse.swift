// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The member's assignment. Versions 0–5.
package struct SyncGroupResponse: ResponseMessage {
    package static let apiKey = APIKey.syncGroup

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The kind of group, such as `consumer`.
    package var protocolType: String? = nil
    /// The assignment strategy chosen.
    package var protocolName: String? = nil
    /// What the member gets, in the group's own format.
    package var assignment: ByteBuffer = ByteBuffer()

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
        if visitor.version >= 5 {
            try visitor.visit(&self.protocolType)
            try visitor.visit(&self.protocolName)
        }
        try visitor.visit(&self.assignment)
    }
}
