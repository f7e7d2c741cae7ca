// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Says that a member is alive. Versions 0–4.
package struct HeartbeatRequest: RequestMessage {
    package typealias Response = HeartbeatResponse

    package static let apiKey = APIKey.heartbeat

    /// The group.
    package var groupId: String = ""
    /// The group's generation; -1 outside of a generation.
    package var generationId: Int32 = 0
    /// The member's id; empty before the first join.
    package var memberId: String = ""
    /// The id that a static member keeps over restarts.
    package var groupInstanceId: String? = nil

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
        try visitor.visit(&self.groupId)
        try visitor.visit(&self.generationId)
        try visitor.visit(&self.memberId)
        if visitor.version >= 3 { try visitor.visit(&self.groupInstanceId) }
    }
}
