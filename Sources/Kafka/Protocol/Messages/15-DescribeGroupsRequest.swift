// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks for the members and states of groups. Versions 0–5.
package struct DescribeGroupsRequest: RequestMessage {
    package typealias Response = DescribeGroupsResponse

    package static let apiKey = APIKey.describeGroups

    /// The groups.
    package var groups: [String] = []
    /// Whether to say what the client may do.
    package var includeAuthorizedOperations = false

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
        try visitor.visit(&self.groups)
        if visitor.version >= 3 { try visitor.visit(&self.includeAuthorizedOperations) }
    }
}
