// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The groups. Versions 0–5.
package struct DescribeGroupsResponse: ResponseMessage {
    package static let apiKey = APIKey.describeGroups

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// The groups.
    package var groups: [DescribedGroup] = []

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
        try visitor.visit(&self.groups)
    }

    /// A group.
    package struct DescribedGroup: WireStructure {
        /// What went wrong; 0 for nothing.
        package var errorCode: ErrorCode = .none
        /// The group.
        package var groupId: String = ""
        /// The state, such as `Stable`.
        package var groupState: String = ""
        /// The kind of group, such as `consumer`.
        package var protocolType: String = ""
        /// The assignment strategy chosen.
        package var protocolData: String = ""
        /// The members.
        package var members: [DescribedGroupMember] = []
        /// What the client may do, as bits; the least number for not asked.
        package var authorizedOperations: Int32 = .min

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.errorCode)
            try visitor.visit(&self.groupId)
            try visitor.visit(&self.groupState)
            try visitor.visit(&self.protocolType)
            try visitor.visit(&self.protocolData)
            try visitor.visit(&self.members)
            if visitor.version >= 3 { try visitor.visit(&self.authorizedOperations) }
        }
    }

    /// A member of a group.
    package struct DescribedGroupMember: WireStructure {
        /// The member's id; empty before the first join.
        package var memberId: String = ""
        /// The id that a static member keeps over restarts.
        package var groupInstanceId: String? = nil
        /// What the member calls itself.
        package var clientId: String = ""
        /// Where the member connects from.
        package var clientHost: String = ""
        /// What the member subscribed to.
        package var memberMetadata: ByteBuffer = ByteBuffer()
        /// What the member got.
        package var memberAssignment: ByteBuffer = ByteBuffer()

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.memberId)
            if visitor.version >= 4 { try visitor.visit(&self.groupInstanceId) }
            try visitor.visit(&self.clientId)
            try visitor.visit(&self.clientHost)
            try visitor.visit(&self.memberMetadata)
            try visitor.visit(&self.memberAssignment)
        }
    }
}
