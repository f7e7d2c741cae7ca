// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Enters a group, or enters it anew when it rebalances. Versions 0–7.
package struct JoinGroupRequest: RequestMessage {
    package typealias Response = JoinGroupResponse

    package static let apiKey = APIKey.joinGroup

    /// The group.
    package var groupId: String = ""
    /// How long a member may be silent, in ms.
    package var sessionTimeoutMs: Int32 = 0
    /// How long members have to join a rebalance, in ms.
    package var rebalanceTimeoutMs: Int32 = -1
    /// The member's id; empty before the first join.
    package var memberId: String = ""
    /// The id that a static member keeps over restarts.
    package var groupInstanceId: String? = nil
    /// The kind of group, such as `consumer`.
    package var protocolType: String = ""
    /// The assignment strategies, the preferred one first.
    package var protocols: [JoinGroupRequestProtocol] = []

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
        try visitor.visit(&self.sessionTimeoutMs)
        if visitor.version >= 1 { try visitor.visit(&self.rebalanceTimeoutMs) }
        try visitor.visit(&self.memberId)
        if visitor.version >= 5 { try visitor.visit(&self.groupInstanceId) }
        try visitor.visit(&self.protocolType)
        try visitor.visit(&self.protocols)
    }

    /// An assignment strategy that the member knows.
    package struct JoinGroupRequestProtocol: WireStructure {
        /// The name.
        package var name: String = ""
        /// What the member subscribes to, in the strategy's own format.
        package var metadata: ByteBuffer = ByteBuffer()

        package init() {}

        package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError) {
            try visitor.visit(&self.name)
            try visitor.visit(&self.metadata)
        }
    }
}
