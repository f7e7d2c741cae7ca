// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Takes members out of a group. Versions 0–4.
package struct LeaveGroupRequest: RequestMessage {
    package typealias Response = LeaveGroupResponse

    package static let apiKey = APIKey.leaveGroup

    /// The group.
    package var groupId: String = ""
    /// The member's id; empty before the first join.
    package var memberId: String = ""
    /// The members.
    package var members: [MemberIdentity] = []

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
        if visitor.version <= 2 { try visitor.visit(&self.memberId) }
        if visitor.version >= 3 { try visitor.visit(&self.members) }
    }

    /// A member that leaves.
    package struct MemberIdentity: WireStructure {
        /// The member's id; empty before the first join.
        package var memberId: String = ""
        /// The id that a static member keeps over restarts.
        package var groupInstanceId: String? = nil

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.memberId)
            try visitor.visit(&self.groupInstanceId)
        }
    }
}
