// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
public import Logging
public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Serves an ``APIServer`` over HTTP/1.1 on loopback, with WebSocket upgrades for exec, attach and port-forward.
///
/// Plain SwiftNIO rather than a framework: the upgrade needs a child channel of its own, and the routes are the API's.
public struct APIHTTPServer: Sendable {
    /// Where and how to serve.
    public struct Configuration: Sendable {
        /// The address to listen on.
        public var host = "127.0.0.1"
        /// The port; 0 for any that is free.
        public var port = 0
        /// Serves exec, attach and port-forward in place of the server's own kubelets; for tests.
        public var podStreams: (any PodStreamHandler)?
        /// The event loops.
        public var group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
        /// Where failures of connections are noted.
        public var logger = Logger(label: "seatrial.apiserver")

        /// Any free port of 127.0.0.1.
        public init() {}
    }

    enum Upgraded {
        case http(NIOAsyncChannel<HTTPServerRequestPart, HTTPPart<HTTPResponseHead, ByteBuffer>>)
        case webSocket(NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, PodStreamRequest)
    }

    /// A connection that has not said yet what it is.
    private struct Accepted: Sendable {
        var channel: any Channel
        var negotiation: EventLoopFuture<Upgraded>
    }

    private let server: APIServer
    private let configuration: Configuration

    /// A server that will listen when it runs.
    public init(_ server: APIServer, configuration: Configuration = Configuration()) {
        self.server = server
        self.configuration = configuration
    }

    /// Listens and serves until cancelled; looks after the ``APIServer``'s clockwork too.
    /// - Parameter onListening: called once with the address, when connections are accepted.
    /// - Throws: when the address cannot be bound.
    public func run(onListening: @Sendable (_ address: SocketAddress) -> Void = { _ in }) async throws {
        let listener = try await ServerBootstrap(group: self.configuration.group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: self.configuration.host, port: self.configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    Accepted(channel: channel, negotiation: try self.configure(channel))
                }
            }
        if let address = listener.channel.localAddress {
            if let host = address.ipAddress, let port = address.port { self.server.publish(address: host, port: port) }
            onListening(address)
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.server.run() }
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await self.serve(connection) }
                }
            }
            group.cancelAll()
        }
    }

    private func configure(_ channel: any Channel) throws -> EventLoopFuture<Upgraded> {
        let upgrader = NIOTypedWebSocketServerUpgrader<Upgraded>(
            maxFrameSize: WebSocketConnection.Limits.frameBytesMax,
            shouldUpgrade: { channel, head in
                channel.eventLoop.makeCompletedFuture { self.upgradeHeaders(for: head) }
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    guard let request = PodStreamRequest(head) else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    return .webSocket(try NIOAsyncChannel(wrappingChannelSynchronously: channel), request)
                }
            }
        )
        let upgrades = NIOTypedHTTPServerUpgradeConfiguration<Upgraded>(upgraders: [upgrader]) { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(ResponsePartHandler())
                return .http(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
            }
        }
        let pipeline = channel.pipeline.syncOperations
        let negotiation = try pipeline.configureUpgradableHTTPServerPipeline(
            configuration: .init(upgradeConfiguration: upgrades)
        )
        let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Upgraded>.self)
        let filter = UpgradeFilter { head in self.streamRequest(head) != nil }
        try pipeline.addHandler(filter, position: .before(upgradeHandler))
        return negotiation
    }

    /// The headers of an upgrade; nil when the request is none that is taken.
    private func upgradeHeaders(for head: HTTPRequestHead) -> HTTPHeaders? {
        self.streamRequest(head).map { ["Sec-WebSocket-Protocol": $0.streamProtocol] }
    }

    /// What an upgrade asks for; nil when it cannot be had, and then the answer over HTTP says why.
    private func streamRequest(_ head: HTTPRequestHead) -> PodStreamRequest? {
        guard let request = PodStreamRequest(head) else { return nil }
        if self.configuration.podStreams != nil { return request }
        do throws(StatusError) {
            _ = try self.server.openStream(request)
            return request
        } catch {
            return nil
        }
    }

    /// Serves one connection; never throws, since one bad peer must not stop the server.
    private func serve(_ accepted: Accepted) async {
        do {
            // Who connects and says nothing must not keep the server from ending.
            let upgraded = try await withTaskCancellationHandler {
                try await accepted.negotiation.get()
            } onCancel: {
                accepted.channel.close(promise: nil)
            }
            switch upgraded {
            case .http(let channel):
                try await HTTPConnection(frontend: HTTPFrontend(self.server), channel: channel).run()
            case .webSocket(let channel, let request):
                let handler = self.configuration.podStreams ?? PodStreams(server: self.server)
                try await WebSocketConnection.serve(channel) { connection in
                    try await handler.serve(request, over: connection)
                }
            }
        } catch {
            self.configuration.logger.debug("a connection ended: \(error)")
        }
    }
}

/// Lets connections write plain buffers, which are Sendable, where the codec takes buffers or files.
private final class ResponsePartHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch Self.unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let buffer): .body(.byteBuffer(buffer))
            case .end(let trailers): .end(trailers)
            }
        context.write(Self.wrapOutboundOut(part), promise: promise)
    }
}

/// Hides upgrades that will not be taken from NIO's upgrade handler, which loses the head of a request whose upgrade it
/// declines (swift-nio 2.101): the client would wait for ever. Only the first request of a connection can upgrade.
private final class UpgradeFilter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private let isTaken: (HTTPRequestHead) -> Bool

    init(isTaken: @escaping (HTTPRequestHead) -> Bool) {
        self.isTaken = isTaken
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = Self.unwrapInboundIn(data)
        if case .head(var head) = part, !self.isTaken(head) {
            head.headers.remove(name: "Upgrade")
            part = .head(head)
        }
        context.fireChannelRead(Self.wrapInboundOut(part))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
