// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Hands in the assignments (the leader), and asks for one's own. Versions 0–5.
package struct SyncGroupRequest: RequestMessage {
    package typealias Response = SyncGroupResponse

    package static let apiKey = APIKey.syncGroup

    /// The group.
    package var groupId: String = ""
    /// The group's generation; -1 outside of a generation.
    package var generationId: Int32 = 0
    /// The member's id; empty before the first join.
    package var memberId: String = ""
    /// The id that a static member keeps over restarts.
    package var groupInstanceId: String? = nil
    /// The kind of group, such as `consumer`.
    package var protocolType: String? = nil
    /// The assignment strategy chosen.
    package var protocolName: String? = nil
    /// What each member gets; empty from all but the leader.
    package var assignments: [SyncGroupRequestAssignment] = []

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
        if visitor.version >= 5 {
            try visitor.visit(&self.protocolType)
            try visitor.visit(&self.protocolName)
        }
        try visitor.visit(&self.assignments)
    }

    /// What one member gets.
    package struct SyncGroupRequestAssignment: WireStructure {
        /// The member's id; empty before the first join.
        package var memberId: String = ""
        /// What the member gets, in the group's own format.
        package var assignment: ByteBuffer = ByteBuffer()

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.memberId)
            try visitor.visit(&self.assignment)
        }
    }
}
