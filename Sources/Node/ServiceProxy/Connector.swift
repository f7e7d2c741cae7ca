// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix

/// Connects a client to the first backend that accepts, and joins the two.
struct Connector: Sendable {
    /// How long a backend may take to accept: on loopback it does at once, or refuses.
    private static let connectTimeout = TimeAmount.seconds(2)

    let client: any Channel
    let backends: [ServiceRoutes.Backend]

    func connect() {
        // Once the channel is active: it cannot be closed while it is being set up.
        self.client.eventLoop.execute { self.tryNext(self.backends[...]) }
    }

    private func tryNext(_ rest: ArraySlice<ServiceRoutes.Backend>) {
        guard let backend = rest.first else {
            // Nobody is ready: the client sees a reset, as with a service without endpoints.
            self.client.close(promise: nil)
            return
        }
        ClientBootstrap(group: self.client.eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: backend.address, port: backend.port)
            .whenComplete { result in
                switch result {
                case .success(let server): self.join(server)
                case .failure: self.tryNext(rest.dropFirst())
                }
            }
    }

    private func join(_ server: any Channel) {
        do {
            let (one, other) = JoinHandler.makePair()
            try self.client.pipeline.syncOperations.addHandler(one)
            try server.pipeline.syncOperations.addHandler(other)
            self.client.read()
            server.read()
        } catch {
            self.client.close(promise: nil)
            server.close(promise: nil)
        }
    }
}

/// One end of two joined connections on one event loop: what it reads the other writes, and reads as fast as the other
/// can write; the end of one direction is passed on, the other goes on.
private final class JoinHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var partner: JoinHandler?
    private var context: ChannelHandlerContext?
    private var wantsToRead = false

    static func makePair() -> (JoinHandler, JoinHandler) {
        let (one, other) = (JoinHandler(), JoinHandler())
        one.partner = other
        other.partner = one
        return (one, other)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        self.partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.partner?.context?.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.partner?.context?.flush()
        self.readIfPartnerCanWrite(context)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let partner = self.partner, partner.wantsToRead, let other = partner.context {
            partner.wantsToRead = false
            other.read()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            self.partner?.context?.close(mode: .output, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.partner?.context?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func readIfPartnerCanWrite(_ context: ChannelHandlerContext) {
        if self.partner?.context?.channel.isWritable == true {
            context.read()
        } else {
            self.wantsToRead = true
        }
    }
}
