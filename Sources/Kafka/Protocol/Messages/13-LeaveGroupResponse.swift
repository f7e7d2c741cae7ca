// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What became of each member. Versions 0–4.
package struct LeaveGroupResponse: ResponseMessage {
    package static let apiKey = APIKey.leaveGroup

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The results by member.
    package var members: [MemberResponse] = []

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
        if visitor.version >= 3 { try visitor.visit(&self.members) }
    }

    /// One member's result.
    package struct MemberResponse: WireStructure {
        /// The member's id; empty before the first join.
        package var memberId: String = ""
        /// The id that a static member keeps over restarts.
        package var groupInstanceId: String? = nil
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.memberId)
            try visitor.visit(&self.groupInstanceId)
            try visitor.visit(&self.errorCode)
        }
    }
}
