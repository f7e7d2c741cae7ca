// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What precedes each request's body.
package struct RequestHeader: Hashable, Sendable {
    /// The kind of request.
    package var apiKey: APIKey
    /// The version of its body.
    package var apiVersion: Int16
    /// What its response repeats.
    package var correlationId: Int32
    /// What the client calls itself.
    package var clientId: String?

    /// A header of these values.
    package init(apiKey: APIKey, apiVersion: Int16, correlationId: Int32, clientId: String?) {
        self.apiKey = apiKey
        self.apiVersion = apiVersion
        self.correlationId = correlationId
        self.clientId = clientId
    }

    /// Decodes a header, moving the reader index to the body.
    ///
    /// A version above ours is read as a flexible one, which is right for ApiVersions: it has to be answered.
    package init(from buffer: inout ByteBuffer) throws(WireError) {
        guard let (key, version, correlationId) = buffer.readMultipleIntegers(as: (Int16, Int16, Int32).self) else {
            throw WireError(.truncated, "a request header in \(buffer.readableBytes) bytes")
        }
        self.apiKey = APIKey(rawValue: key)
        self.apiVersion = version
        self.correlationId = correlationId
        // The client id keeps its two-byte length in flexible headers too.
        var decoder = WireDecoder(buffer, version: version, isFlexible: false)
        try decoder.visit(&self.clientId)
        buffer = decoder.buffer
        if self.apiKey.description(of: version).isFlexible { try buffer.skipTags() }
    }

    /// Appends the header.
    package func encode(into buffer: inout ByteBuffer) throws(WireError) {
        buffer.writeMultipleIntegers(self.apiKey.rawValue, self.apiVersion, self.correlationId)
        var encoder = WireEncoder(version: self.apiVersion, isFlexible: false)
        swap(&encoder.buffer, &buffer)
        defer { swap(&encoder.buffer, &buffer) }
        var clientId = self.clientId
        try encoder.visit(&clientId)
        if self.apiKey.description(of: self.apiVersion).isFlexible { encoder.buffer.writeUnsignedVarint(0) }
    }
}

/// What precedes each response's body. Its form follows from the request.
package struct ResponseHeader: Hashable, Sendable {
    /// The request's number.
    package var correlationId: Int32

    /// The header of the response to that request.
    package init(correlationId: Int32) {
        self.correlationId = correlationId
    }

    /// Decodes the header of the response to a request of that kind and version.
    package init(from buffer: inout ByteBuffer, apiKey: APIKey, apiVersion: Int16) throws(WireError) {
        guard let correlationId = buffer.readInteger(as: Int32.self) else {
            throw WireError(.truncated, "a response header in \(buffer.readableBytes) bytes")
        }
        self.correlationId = correlationId
        if Self.hasTags(apiKey, apiVersion) { try buffer.skipTags() }
    }

    /// Appends the header of the response to a request of that kind and version.
    package func encode(into buffer: inout ByteBuffer, apiKey: APIKey, apiVersion: Int16) {
        buffer.writeInteger(self.correlationId)
        if Self.hasTags(apiKey, apiVersion) { buffer.writeUnsignedVarint(0) }
    }

    /// ApiVersions is answered without tags in every version, since the client may not know yet what we speak (KIP-511).
    private static func hasTags(_ apiKey: APIKey, _ apiVersion: Int16) -> Bool {
        apiKey != .apiVersions && apiKey.description(of: apiVersion).isFlexible
    }
}

extension ByteBuffer {
    /// Skips a section of tagged fields.
    fileprivate mutating func skipTags() throws(WireError) {
        var count = try self.readUnsignedVarint()
        while count > 0 {
            count -= 1
            _ = try self.readUnsignedVarint()
            let size = Int(try self.readUnsignedVarint())
            guard size <= self.readableBytes else {
                throw WireError(.badLength, "a tag of \(size) bytes, \(self.readableBytes) left")
            }
            self.moveReaderIndex(forwardBy: size)
        }
    }
}
