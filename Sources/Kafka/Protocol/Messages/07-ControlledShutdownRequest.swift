// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A broker asks the controller to move its leaderships away. Versions 3.
package struct ControlledShutdownRequest: RequestMessage {
    package typealias Response = ControlledShutdownResponse

    package static let apiKey = APIKey.controlledShutdown

    /// The broker.
    package var brokerId: Int32 = 0
    /// The czxid of the broker's registration; -1 for unknown (KIP-380).
    package var brokerEpoch: Int64 = -1

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
        try visitor.visit(&self.brokerId)
        try visitor.visit(&self.brokerEpoch)
    }
}
