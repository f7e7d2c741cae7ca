// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The groups that this broker coordinates. Versions 0–4.
package struct ListGroupsResponse: ResponseMessage {
    package static let apiKey = APIKey.listGroups

    /// How long the client was held back by a quota, in ms.
    package var throttleTimeMs: Int32 = 0
    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none
    /// The groups.
    package var groups: [ListedGroup] = []

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
        try visitor.visit(&self.groups)
    }

    /// A group.
    package struct ListedGroup: WireStructure {
        /// The group.
        package var groupId: String = ""
        /// The kind of group, such as `consumer`.
        package var protocolType: String = ""
        /// The state, such as `Stable`.
        package var groupState: String = ""

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.groupId)
            try visitor.visit(&self.protocolType)
            if visitor.version >= 4 { try visitor.visit(&self.groupState) }
        }
    }
}
