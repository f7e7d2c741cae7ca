// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// A client's connection: frames in, messages out. It decides nothing but what is no frame.
///
/// Unchecked, because everything in it happens on the channel's event loop.
final class ClientHandler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Beyond so many bytes that a client does not take, it is disconnected.
    private static let unsentBytesMax = 64 * 1024 * 1024

    private let shell: MemberShell
    private let words: FourLetterAnswers
    private let processor: NIOSingleStepByteToMessageProcessor<ClientFrameDecoder>
    private var context: ChannelHandlerContext?
    private(set) var id = ConnectionID(rawValue: 0)
    private var isConnected = false
    private var output = ByteBuffer()
    private var unsentBytes = 0
    private var isClosing = false
    // Two reasons not to read: too many requests wait, or the client does not take its answers.
    private var mayRead = true
    private var isWritable = true
    private(set) var received = 0
    private(set) var sent = 0

    init(shell: MemberShell, words: FourLetterAnswers, frameBytesMax: Int) {
        self.shell = shell
        self.words = words
        self.processor = NIOSingleStepByteToMessageProcessor(ClientFrameDecoder(maximumLength: frameBytesMax))
    }

    var remoteAddress: SocketAddress? { self.context?.channel.remoteAddress }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        self.id = self.shell.add(self)
        self.shell.statistics.connections += 1
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        self.shell.statistics.connections -= 1
        self.shell.remove(self.id)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isClosing else { return }
        do {
            try self.processor.process(buffer: self.unwrapInboundIn(data)) { frame in
                switch frame {
                case .word(let word): self.answer(word)
                case .body(var body): try self.received(&body)
                }
            }
        } catch {
            self.shell.logger.info(
                "closing the connection of \(self.remoteAddress?.description ?? "a client"): \(error)"
            )
            self.isClosing = true
            context.close(promise: nil)
        }
    }

    private func received(_ body: inout ByteBuffer) throws(JuteError) {
        self.received += 1
        self.shell.statistics.received += 1
        guard self.isConnected else {
            self.isConnected = true
            self.shell.enqueue(.connect(self.id, try ConnectRequest(from: &body)))
            return
        }
        let header = try RequestHeader(from: &body)
        self.shell.receive(self.id, xid: header.xid, Request(header.kind, from: &body))
    }

    private func answer(_ word: FourLetterWord) {
        guard !self.isConnected else { return }
        self.output.writeString(self.words.answer(to: word, of: self.shell))
        self.closeWhenWritten()
    }

    /// Adds a message to what is written at the end of the turn; true when it is the first.
    func write(_ message: ServerMessage) -> Bool {
        let isFirst = self.output.readableBytes == 0
        message.write(to: &self.output)
        self.sent += 1
        self.shell.statistics.sent += 1
        return isFirst
    }

    func flush() {
        guard let context = self.context, self.output.readableBytes > 0 else { return }
        let count = self.output.readableBytes
        self.unsentBytes += count
        guard self.unsentBytes <= Self.unsentBytesMax else {
            context.close(promise: nil)
            return
        }
        let output = self.output
        // A new buffer of the usual size: what is under way must not be overwritten.
        self.output = context.channel.allocator.buffer(capacity: min(count, 4096))
        context.writeAndFlush(self.wrapOutboundOut(output)).assumeIsolated().whenComplete { _ in
            self.unsentBytes -= count
        }
    }

    func closeWhenWritten() {
        self.isClosing = true
        self.flush()
        guard let context = self.context else { return }
        // The write before it comes first; what could not be written does not matter any more.
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            self.context?.close(promise: nil)
        }
    }

    func setReading(_ mayRead: Bool) {
        self.mayRead = mayRead
        self.applyReading()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        self.isWritable = context.channel.isWritable
        self.applyReading()
        context.fireChannelWritabilityChanged()
    }

    private func applyReading() {
        guard let channel = self.context?.channel else { return }
        let isOn = self.mayRead && self.isWritable
        _ = channel.setOption(ChannelOptions.autoRead, value: isOn)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.shell.logger.debug("a client's connection failed: \(error)")
        context.close(promise: nil)
    }
}
