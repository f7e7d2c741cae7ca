// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks which broker coordinates a group or a transactional id. Versions 0–3.
package struct FindCoordinatorRequest: RequestMessage {
    package typealias Response = FindCoordinatorResponse

    package static let apiKey = APIKey.findCoordinator

    /// What is coordinated: the group, or the transactional id.
    package var key: String = ""
    /// 0 for a group, 1 for a transactional id.
    package var keyType: Int8 = 0

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
        try visitor.visit(&self.key)
        if visitor.version >= 1 { try visitor.visit(&self.keyType) }
    }
}
