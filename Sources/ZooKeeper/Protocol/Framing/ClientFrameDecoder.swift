// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Cuts a client's bytes into frames; the first four may be a four-letter word instead.
package struct ClientFrameDecoder: NIOSingleStepByteToMessageDecoder {
    /// What a client sent.
    package enum Frame: Hashable, Sendable {
        case word(FourLetterWord)
        case body(ByteBuffer)
    }

    package typealias InboundOut = Frame

    private let maximumLength: Int
    private var isFirst = true

    /// A decoder that refuses frames longer than that, in bytes (`jute.maxbuffer`).
    package init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    package mutating func decode(buffer: inout ByteBuffer) throws -> Frame? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
        if self.isFirst, let word = FourLetterWord(bytes: length) {
            buffer.moveReaderIndex(to: buffer.writerIndex)
            return .word(word)
        }
        guard length <= self.maximumLength else {
            throw JuteError("a frame of \(length) bytes, \(self.maximumLength) at most")
        }
        guard buffer.readableBytes >= 4 + Int(length) else { return nil }
        self.isFirst = false
        buffer.moveReaderIndex(forwardBy: 4)
        return buffer.readSlice(length: Int(length)).map { .body($0) }
    }

    package mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame? {
        try self.decode(buffer: &buffer)
    }
}
