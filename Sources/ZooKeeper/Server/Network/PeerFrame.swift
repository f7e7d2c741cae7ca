// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// What members exchange: a greeting each, then messages.
enum PeerFrame {
    case greeting(PeerGreeting)
    case message(PeerMessage)
}

/// Who is at the other end. A process that was started anew has another nonce.
struct PeerGreeting: Hashable, Sendable {
    static let magic: UInt64 = 0x5345_4154_5a4b_0001

    var sender: MemberID
    var nonce: UInt64

    func write(to buffer: inout ByteBuffer) {
        buffer.writeFrame { $0.writeMultipleIntegers(Self.magic, self.sender.rawValue, self.nonce) }
    }
}

/// Cuts a link's bytes into frames.
struct PeerFrameDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = PeerFrame

    /// No message is longer, in bytes: they are cut at a few megabytes, and snapshots into chunks.
    static let frameBytesMax = 64 * 1024 * 1024
    /// Before the greeting nobody is trusted with memory.
    static let greetingBytesMax = 64
    /// What stands before a snapshot's chunk where a message has its kind.
    static let snapshotChunk: UInt8 = 0xff

    private var isGreeted = false
    private var chunks: [ByteBuffer] = []

    mutating func decode(buffer: inout ByteBuffer) throws -> PeerFrame? {
        while true {
            guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self) else { return nil }
            let most = self.isGreeted ? Self.frameBytesMax : Self.greetingBytesMax
            guard length <= most else { throw JuteError("a frame of \(length) bytes, \(most) at most") }
            guard buffer.readableBytes >= 4 + Int(length) else { return nil }
            buffer.moveReaderIndex(forwardBy: 4)
            guard var body = buffer.readSlice(length: Int(length)) else { return nil }
            guard self.isGreeted else { return .greeting(try self.readGreeting(&body)) }
            if body.getInteger(at: body.readerIndex, as: UInt8.self) == Self.snapshotChunk {
                body.moveReaderIndex(forwardBy: 1)
                self.chunks.append(body)
                continue
            }
            let snapshot = self.chunks.isEmpty ? nil : try DataTree(chunks: self.chunks)
            self.chunks = []
            return .message(try PeerMessage(from: &body, snapshot: snapshot))
        }
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> PeerFrame? {
        try self.decode(buffer: &buffer)
    }

    private mutating func readGreeting(_ body: inout ByteBuffer) throws(JuteError) -> PeerGreeting {
        guard try body.readJute(UInt64.self) == PeerGreeting.magic else { throw JuteError("no greeting of a member") }
        self.isGreeted = true
        return PeerGreeting(
            sender: MemberID(rawValue: try body.readJute(UInt8.self)),
            nonce: try body.readJute(UInt64.self)
        )
    }
}

extension PeerMessage {
    /// Writes the message as frames.
    func writeFrames(to buffer: inout ByteBuffer) {
        if case .snapshot(_, let tree) = self {
            for chunk in tree.chunks() {
                buffer.writeFrame {
                    $0.writeInteger(PeerFrameDecoder.snapshotChunk)
                    $0.writeImmutableBuffer(chunk)
                }
            }
        }
        buffer.writeFrame { self.write(to: &$0) }
    }
}
