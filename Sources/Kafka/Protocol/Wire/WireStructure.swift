// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A structure of Kafka's protocol: its fields in wire order, described once for both directions.
///
/// The names are those of Kafka's message schemas in lower camel case. A field that the version at hand does not have
/// keeps its default when decoding and is left out when encoding.
package protocol WireStructure: Hashable, Sendable {
    /// The structure with every field at its default.
    init()

    /// Visits the fields that `visitor.version` has, in wire order.
    mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(WireError)

    /// The tags of the optional fields that are set and have to be written, ascending.
    var presentTags: [UInt32] { get }

    /// Visits the optional field of a tag; false when the tag is unknown, and its bytes are then skipped.
    mutating func visitTag<Visitor: FieldVisitor>(_ tag: UInt32, _ visitor: inout Visitor) throws(WireError) -> Bool
}

extension WireStructure {
    /// The structure with the fields that the closure sets, all others at their defaults.
    @inlinable
    package init(_ configure: (inout Self) -> Void) {
        self.init()
        configure(&self)
    }

    package var presentTags: [UInt32] { [] }

    package mutating func visitTag<Visitor: FieldVisitor>(
        _ tag: UInt32,
        _ visitor: inout Visitor
    ) throws(WireError) -> Bool { false }
}

/// A whole request or response body.
package protocol Message: WireStructure {
    /// The kind of request that this is, or answers.
    static var apiKey: APIKey { get }

    /// Decodes the body in that version, moving the reader index past it.
    init(from buffer: inout ByteBuffer, version: Int16) throws(WireError)

    /// Appends the body in that version. Records that live outside (``Records/external(_:)``) are not allowed here.
    func encode(into buffer: inout ByteBuffer, version: Int16) throws(WireError)

    /// Appends the body in that version, leaving out the bytes of external records, and says where they belong.
    func encodeParts(into buffer: inout ByteBuffer, version: Int16) throws(WireError) -> [ExternalRecords.Placement]
}

/// A request body.
package protocol RequestMessage: Message {
    /// The body of its response.
    associatedtype Response: ResponseMessage
}

/// A response body.
package protocol ResponseMessage: Message {}

extension Message {
    /// Decodes a body; here, so that each message's one-line initialiser is specialised in this module.
    @inline(__always)
    init(decoding buffer: inout ByteBuffer, version: Int16) throws(WireError) {
        let description = Self.apiKey.description(of: version)
        guard description.isSupported else {
            throw WireError(.unsupportedVersion, "\(Self.self) \(version)")
        }
        self.init()
        var decoder = WireDecoder(buffer, version: version, isFlexible: description.isFlexible)
        try decoder.visit(&self)
        buffer = decoder.buffer
    }

    /// Encodes a body; here for the same reason.
    @inline(__always)
    func encoded(into buffer: inout ByteBuffer, version: Int16) throws(WireError) -> [ExternalRecords.Placement] {
        let description = Self.apiKey.description(of: version)
        guard description.isSupported else {
            throw WireError(.unsupportedVersion, "\(Self.self) \(version)")
        }
        var encoder = WireEncoder(version: version, isFlexible: description.isFlexible)
        swap(&encoder.buffer, &buffer)
        defer { swap(&encoder.buffer, &buffer) }
        var copy = self
        try encoder.visit(&copy)
        return encoder.placements
    }

    package func encode(into buffer: inout ByteBuffer, version: Int16) throws(WireError) {
        let placements = try self.encodeParts(into: &buffer, version: version)
        guard placements.isEmpty else {
            throw WireError(.badLength, "\(Self.self) holds external records where bytes are needed")
        }
    }
}
