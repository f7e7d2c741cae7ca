// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// A connection to another member. Both ends greet; then it is a link, unless there is a better one.
///
/// Unchecked, because everything in it happens on the channel's event loop.
final class PeerLink: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Beyond so many bytes that a peer does not take, the link is given up. (It may be stopped for a while; the member
    /// limits what is under way in transactions, this limits it in bytes.)
    private static let unsentBytesMax = 256 * 1024 * 1024

    private let mesh: PeerMesh
    private let shell: MemberShell
    /// Whether this end has opened the connection, and whom it expects there.
    let dialled: MemberID?
    private let processor = NIOSingleStepByteToMessageProcessor(PeerFrameDecoder())
    private var context: ChannelHandlerContext?
    private(set) var peer: PeerGreeting?
    private var output = ByteBuffer()
    private var unsentBytes = 0

    init(mesh: PeerMesh, shell: MemberShell, dialled: MemberID?) {
        self.mesh = mesh
        self.shell = shell
        self.dialled = dialled
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        // Whoever calls says first who it is; whoever is called need not tell strangers.
        if self.dialled != nil { self.greet() }
        context.fireChannelActive()
    }

    private func greet() {
        self.mesh.greeting.write(to: &self.output)
        self.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        if let peer = self.peer { self.shell.linkClosed(self, to: peer.sender) }
        if let dialled = self.dialled {
            self.mesh.dialEnded(dialled)
        } else {
            self.mesh.acceptedEnded(self.peer?.sender)
        }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try self.processor.process(buffer: self.unwrapInboundIn(data)) { frame in
                switch frame {
                case .greeting(let greeting): self.greeted(by: greeting)
                case .message(let message):
                    if let peer = self.peer, self.shell.link(to: peer.sender) === self {
                        self.shell.enqueue(.message(peer.sender, message))
                    }
                }
            }
        } catch {
            self.shell.logger.warning("closing a link: \(error)")
            context.close(promise: nil)
        }
    }

    private func greeted(by greeting: PeerGreeting) {
        guard self.mesh.accepts(greeting, on: self) else {
            self.close()
            return
        }
        self.peer = greeting
        if self.dialled == nil { self.greet() }
        self.shell.establish(self, to: greeting.sender)
    }

    func write(_ message: PeerMessage) {
        message.writeFrames(to: &self.output)
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
        self.output = context.channel.allocator.buffer(capacity: min(count, 16 * 1024))
        context.writeAndFlush(self.wrapOutboundOut(output)).assumeIsolated().whenComplete { _ in
            self.unsentBytes -= count
        }
    }

    func close() {
        self.context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.shell.logger.debug("a link failed: \(error)")
        context.close(promise: nil)
    }
}
