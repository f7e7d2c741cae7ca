// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What of SPDY/3.1 a tunnel for port-forward needs. There is no flow control: kubectl's side has none either.
enum SPDYFrame: Hashable, Sendable {
    /// The peer opens a stream; names are lower-case.
    case open(stream: UInt32, headers: [String: String], isLast: Bool)
    case data(stream: UInt32, bytes: ByteBuffer, isLast: Bool)
    case reset(stream: UInt32)
    case ping(UInt32)
    case goAway
    /// A frame that changes nothing here.
    case ignored

    private enum Kind {
        static let open: UInt16 = 1
        static let reply: UInt16 = 2
        static let reset: UInt16 = 3
        static let ping: UInt16 = 6
        static let goAway: UInt16 = 7
    }

    private static let version: UInt16 = 0x8003
    fileprivate static let isLastFlag: UInt8 = 1

    /// Takes frames from bytes as they come.
    struct Reader {
        /// The largest frame, and the largest block of headers unpacked.
        enum Limits {
            static let frameBytesMax = 4 << 20
            static let headerBytesMax = 64 << 10
        }

        private var buffer = ByteBuffer()
        private var inflater = Inflater(dictionary: SPDYDictionary.bytes)

        /// Adds bytes.
        mutating func append(_ bytes: ByteBuffer) {
            self.buffer.discardReadBytes()
            self.buffer.writeImmutableBuffer(bytes)
        }

        /// The next frame; nil when more bytes are needed.
        mutating func next() throws(Inflater.Malformed) -> SPDYFrame? {
            let start = self.buffer.readerIndex
            guard let first = self.buffer.getInteger(at: start, as: UInt32.self),
                let second = self.buffer.getInteger(at: start + 4, as: UInt32.self)
            else { return nil }
            let length = Int(second & 0xff_ffff)
            guard length <= Limits.frameBytesMax else { throw Inflater.Malformed(description: "a frame is too large") }
            guard self.buffer.readableBytes >= 8 + length else { return nil }
            self.buffer.moveReaderIndex(forwardBy: 8)
            guard var payload = self.buffer.readSlice(length: length) else { return nil }
            let isLast = UInt8(second >> 24) & SPDYFrame.isLastFlag != 0
            if first >> 31 == 0 { return .data(stream: first, bytes: payload, isLast: isLast) }
            switch UInt16(first & 0xffff) {
            case Kind.open:
                guard let stream = payload.readInteger(as: UInt32.self), payload.readBytes(length: 6) != nil else {
                    throw Inflater.Malformed(description: "a stream's beginning is cut off")
                }
                let block = try self.inflater.inflate(
                    Array(payload.readableBytesView),
                    bytesMax: Limits.headerBytesMax
                )
                return .open(stream: stream & 0x7fff_ffff, headers: try Self.headers(block), isLast: isLast)
            case Kind.reset: return payload.readInteger(as: UInt32.self).map { .reset(stream: $0) } ?? .ignored
            case Kind.ping: return payload.readInteger(as: UInt32.self).map { .ping($0) } ?? .ignored
            case Kind.goAway: return .goAway
            case _: return .ignored
            }
        }

        private static func headers(_ block: [UInt8]) throws(Inflater.Malformed) -> [String: String] {
            var buffer = ByteBuffer(bytes: block)
            var headers: [String: String] = [:]
            func text(_ buffer: inout ByteBuffer) throws(Inflater.Malformed) -> String {
                guard let count = buffer.readInteger(as: UInt32.self), let length = Int(exactly: count),
                    let text = buffer.readString(length: length)
                else { throw Inflater.Malformed(description: "the headers are cut off") }
                return text
            }
            guard let count = buffer.readInteger(as: UInt32.self) else {
                throw Inflater.Malformed(description: "the headers are cut off")
            }
            for _ in 0..<count { headers[try text(&buffer)] = try text(&buffer) }
            return headers
        }
    }

    /// Writes frames.
    struct Writer {
        private static let noHeaders: [UInt8] = [0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

        private var hasReplied = false

        /// A stream is taken: no headers, stored rather than compressed, in the one zlib stream of all replies. The empty
        /// block behind them makes the reader hand out what it has.
        mutating func reply(stream: UInt32) -> ByteBuffer {
            let block: [UInt8] = (self.hasReplied ? [] : [0x78, 0x01]) + Self.noHeaders
            self.hasReplied = true
            var frame = Self.control(Kind.reply, length: 4 + block.count)
            frame.writeInteger(stream)
            frame.writeBytes(block)
            return frame
        }

        /// The peer's ping, sent back.
        func ping(_ id: UInt32) -> ByteBuffer {
            var frame = Self.control(Kind.ping, length: 4)
            frame.writeInteger(id)
            return frame
        }

        /// Bytes of a stream, or its end.
        func data(stream: UInt32, _ bytes: ByteBuffer, isLast: Bool) -> ByteBuffer {
            var frame = ByteBuffer()
            frame.reserveCapacity(8 + bytes.readableBytes)
            frame.writeInteger(stream)
            frame.writeInteger(
                UInt32(isLast ? SPDYFrame.isLastFlag : 0) << 24 | UInt32(bytes.readableBytes)
            )
            frame.writeImmutableBuffer(bytes)
            return frame
        }

        private static func control(_ kind: UInt16, length: Int) -> ByteBuffer {
            var frame = ByteBuffer()
            frame.writeInteger(SPDYFrame.version)
            frame.writeInteger(kind)
            frame.writeInteger(UInt32(length))
            return frame
        }
    }
}
