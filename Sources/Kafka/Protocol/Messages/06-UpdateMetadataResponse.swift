// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Whether it was taken. Versions 7.
package struct UpdateMetadataResponse: ResponseMessage {
    package static let apiKey = APIKey.updateMetadata

    /// What went wrong; 0 for nothing.
    package var errorCode: ErrorCode = .none

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
        try visitor.visit(&self.errorCode)
    }
}
