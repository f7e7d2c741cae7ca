// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import NIOHTTP1
import NIOPosix

/// A small HTTP server: one answer a request, made off the event loops.
package struct HTTPService: Sendable {
    /// An answer.
    package struct Answer: Sendable {
        /// The status.
        package var status: HTTPResponseStatus
        /// The headers, without the length.
        package var headers: HTTPHeaders
        /// The body.
        package var body: ByteBuffer

        /// An answer of a type.
        package init(_ status: HTTPResponseStatus, type: String, body: ByteBuffer) {
            self.status = status
            self.headers = ["Content-Type": type]
            self.body = body
        }
    }

    private let host: String
    private let port: Int
    private let answer: @Sendable (HTTPRequestHead, SocketAddress?) -> Answer

    /// A server of an address and port; 0 for any port. `answer` may block.
    package init(
        host: String,
        port: Int,
        answer: @escaping @Sendable (HTTPRequestHead, SocketAddress?) -> Answer
    ) {
        self.host = host
        self.port = port
        self.answer = answer
    }

    /// Serves until the task is cancelled.
    /// - Parameter onListening: called once, with the address and the port.
    /// - Throws: when the address cannot be listened on.
    package func run(onListening: (String, Int) -> Void = { _, _ in }) async throws {
        let answer = self.answer
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(ServiceHandler(answer))
                }
            }
            .bind(host: self.host, port: self.port).get()
        onListening(listener.localAddress?.ipAddress ?? self.host, listener.localAddress?.port ?? self.port)
        try await withTaskCancellationHandler {
            try await listener.closeFuture.get()
        } onCancel: {
            listener.close(promise: nil)
        }
    }
}

private final class ServiceHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let answer: @Sendable (HTTPRequestHead, SocketAddress?) -> HTTPService.Answer
    private var head: HTTPRequestHead?

    init(_ answer: @escaping @Sendable (HTTPRequestHead, SocketAddress?) -> HTTPService.Answer) {
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break  // none of what is served takes one
        case .end:
            guard let head = self.head.take() else { return }
            self.reply(to: head, context: context)
        }
    }

    private func reply(to head: HTTPRequestHead, context: ChannelHandlerContext) {
        let (answer, remote) = (self.answer, context.channel.remoteAddress)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) { answer(head, remote) }
            .whenSuccess { answer in
                let (handler, context) = bound.value
                handler.send(answer, to: head, context: context)
            }
    }

    private func send(_ answer: HTTPService.Answer, to request: HTTPRequestHead, context: ChannelHandlerContext) {
        var head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
        head.headers.replaceOrAdd(name: "Content-Length", value: String(answer.body.readableBytes))
        head.headers.add(name: "Connection", value: request.isKeepAlive ? "keep-alive" : "close")
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(self.wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        let isKept = request.isKeepAlive
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !isKept { bound.value.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
