// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One end of two joined connections on one event loop: what it reads the other writes, and reads as fast as the other
/// can write; the end of one direction is passed on, the other goes on. Until it is joined, it keeps what comes.
final class JoinHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var partner: JoinHandler?
    private var context: ChannelHandlerContext?
    private var wantsToRead = false
    /// What came before the join: no more than the kernel held when the peer ended its half.
    private var kept: [ByteBuffer] = []
    private var hasEnded = false
    /// What to do once the channel is active.
    private let whenActive: (JoinHandler) -> Void

    init(whenActive: @escaping (JoinHandler) -> Void = { _ in }) {
        self.whenActive = whenActive
    }

    /// Joins two ends; an end that has gone takes the other with it.
    static func join(_ one: JoinHandler, _ other: JoinHandler) {
        guard let first = one.context, let second = other.context else {
            one.context?.close(promise: nil)
            other.context?.close(promise: nil)
            return
        }
        (one.partner, other.partner) = (other, one)
        for (half, context) in [(one, second), (other, first)] {
            for bytes in half.kept { context.write(half.wrapOutboundOut(bytes), promise: nil) }
            half.kept = []
            context.flush()
            if half.hasEnded { context.close(mode: .output, promise: nil) } else { half.context?.read() }
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func channelActive(context: ChannelHandlerContext) {
        self.whenActive(self)
        context.fireChannelActive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let partner {
            partner.context?.write(data, promise: nil)
        } else {
            self.kept.append(self.unwrapInboundIn(data))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let partner, !self.hasEnded else { return }
        partner.context?.flush()
        if partner.context?.channel.isWritable == true {
            context.read()
        } else {
            self.wantsToRead = true
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let partner, partner.wantsToRead, let other = partner.context {
            partner.wantsToRead = false
            other.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return }
        self.hasEnded = true
        self.partner?.context?.flush()
        self.partner?.context?.close(mode: .output, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.partner?.context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
