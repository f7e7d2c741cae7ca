// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks which groups this broker coordinates. Versions 0–4.
package struct ListGroupsRequest: RequestMessage {
    package typealias Response = ListGroupsResponse

    package static let apiKey = APIKey.listGroups

    /// The states to list; empty for all.
    package var statesFilter: [String] = []

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
        if visitor.version >= 4 { try visitor.visit(&self.statesFilter) }
    }
}
