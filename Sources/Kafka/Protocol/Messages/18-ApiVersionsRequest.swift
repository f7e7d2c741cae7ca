// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Asks which requests the broker speaks. Versions 0–3.
package struct ApiVersionsRequest: RequestMessage {
    package typealias Response = ApiVersionsResponse

    package static let apiKey = APIKey.apiVersions

    /// The client's library.
    package var clientSoftwareName: String = ""
    /// The library's version.
    package var clientSoftwareVersion: String = ""

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
        if visitor.version >= 3 {
            try visitor.visit(&self.clientSoftwareName)
            try visitor.visit(&self.clientSoftwareVersion)
        }
    }
}
