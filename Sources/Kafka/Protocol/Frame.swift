// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Whole frames: four bytes of length, a header, a body.
package enum Frame {
    /// The frame of a request.
    package static func request<Request: RequestMessage>(
        _ request: Request,
        version: Int16,
        correlationId: Int32,
        clientId: String?,
        allocator: ByteBufferAllocator = .init()
    ) throws(WireError) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: 256)
        buffer.writeInteger(0 as Int32)
        let header = RequestHeader(
            apiKey: Request.apiKey,
            apiVersion: version,
            correlationId: correlationId,
            clientId: clientId
        )
        try header.encode(into: &buffer)
        try request.encode(into: &buffer, version: version)
        buffer.setInteger(Int32(buffer.readableBytes - 4), at: buffer.readerIndex)
        return buffer
    }

    /// The frame of a response; its external records are to be sent at their placements, from the first byte counted.
    package static func response<Response: ResponseMessage>(
        _ response: Response,
        version: Int16,
        correlationId: Int32,
        allocator: ByteBufferAllocator = .init()
    ) throws(WireError) -> (bytes: ByteBuffer, external: [ExternalRecords.Placement]) {
        var buffer = allocator.buffer(capacity: 256)
        buffer.writeInteger(0 as Int32)
        ResponseHeader(correlationId: correlationId)
            .encode(into: &buffer, apiKey: Response.apiKey, apiVersion: version)
        let placements = try response.encodeParts(into: &buffer, version: version)
        let outside = placements.reduce(0) { $0 + $1.records.count }
        buffer.setInteger(Int32(buffer.readableBytes - 4 + outside), at: buffer.readerIndex)
        return (buffer, placements)
    }
}

/// Cuts a stream of bytes into frames' contents (header and body, without the length).
package struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
    package typealias InboundOut = ByteBuffer

    private let frameBytesMax: Int

    /// A decoder that refuses frames of more than `frameBytesMax` bytes.
    package init(frameBytesMax: Int = Limits.frameBytesMax) {
        self.frameBytesMax = frameBytesMax
    }

    package mutating func decode(buffer: inout ByteBuffer) throws -> ByteBuffer? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: Int32.self) else { return nil }
        guard length >= 0, length <= self.frameBytesMax else {
            throw WireError(.frameTooLarge, "a frame of \(length) bytes; at most \(self.frameBytesMax) are taken")
        }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return buffer.readSlice(length: Int(length))
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> ByteBuffer? {
        try self.decode(buffer: &buffer)
    }
}
