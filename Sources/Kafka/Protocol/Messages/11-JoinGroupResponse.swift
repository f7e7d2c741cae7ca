// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The generation that the member is in. Versions 0–7.
package struct JoinGroupResponse: ResponseMessage {
    package static let apiKey = APIKey.joinGroup

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The group's generation; -1 outside of a generation.
    package var generationId: Int32 = -1
    /// The kind of group, such as `consumer`.
    package var protocolType: String? = nil
    /// The assignment strategy chosen.
    package var protocolName: String? = nil
    /// The member that assigns.
    package var leader: String = ""
    /// The member's id; empty before the first join.
    package var memberId: String = ""
    /// All members, for the leader; empty for the others.
    package var members: [JoinGroupResponseMember] = []

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
        if visitor.version >= 2 { try visitor.visit(&self.throttleTimeMs) }
        try visitor.visit(&self.errorCode)
        try visitor.visit(&self.generationId)
        if visitor.version >= 7 { try visitor.visit(&self.protocolType) }
        try visitor.visit(&self.protocolName)
        try visitor.visit(&self.leader)
        try visitor.visit(&self.memberId)
        try visitor.visit(&self.members)
    }

    /// A member of the group.
    package struct JoinGroupResponseMember: WireStructure {
        /// The member's id; empty before the first join.
        package var memberId: String = ""
        /// The id that a static member keeps over restarts.
        package var groupInstanceId: String? = nil
        /// What the member subscribes to, in the strategy's own format.
        package var metadata: ByteBuffer = ByteBuffer()

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.memberId)
            if visitor.version >= 5 { try visitor.visit(&self.groupInstanceId) }
            try visitor.visit(&self.metadata)
        }
    }
}
