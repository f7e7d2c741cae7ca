// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import Glibc
import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOPosix
import ServiceProxy
import Testing

/// The proxy over real sockets.
@Suite("The service proxy", .timeLimit(.minutes(1)))
struct ServiceProxyTests {
    @Test("A connection reaches a ready pod, passes both ends of stream on, and goes past pods that refuse")
    func forwards() async throws {
        // Two addresses that nobody listens on come first: each connection may meet them.
        try await Self.withProxy(backends: ["127.97.0.1", "127.97.0.2", "127.0.0.1"]) { address in
            // Each says all it has at once and ends its half, as `echo ruok | nc` does.
            for _ in 0..<6 {
                let answer = try await Self.ask(address, text: "over and out", endsHalf: true)
                #expect(answer == "over and out")
            }
        }
    }

    @Test("Many connections at once are all answered, with both halves open")
    func answersMany() async throws {
        try await Self.withProxy(backends: ["127.0.0.1"]) { address in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<200 {
                    group.addTask { try await Self.ask(address, text: "client \(index).", endsHalf: false) }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers.count == 200)
        }
    }

    private static func withProxy(
        backends: [String],
        _ body: @Sendable (_ address: String) async throws -> Void
    ) async throws {
        var configuration = APIServer.Configuration()
        // A range of this process's own: several runs of these tests may share a machine.
        let range = "127.98.\(getpid() % 250).\(backends.count * 50)"
        configuration.serviceAddressPrefix = ServiceAddressRange(first: range, count: 40)
        configuration.dnsAddress = nil
        let client = KubernetesClient(InProcessTransport(APIServer(configuration: configuration)))
        let echo = try await Self.echo()
        let port = try #require(echo.localAddress?.port)
        let address = try await Self.createService(client, backends: backends, port: port)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await ServiceProxy(client: client).run() }
            try await body(address)
            group.cancelAll()
        }
        try await echo.close()
    }

    /// A server that answers with what it got, once it has got a full stop or all of it.
    private static func echo() async throws -> any Channel {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Echo()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private var received = ByteBuffer()

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = self.unwrapInboundIn(data)
            self.received.writeBuffer(&bytes)
            if self.received.readableBytesView.last == UInt8(ascii: ".") { self.answer(context) }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { self.answer(context) }
        }

        private func answer(_ context: ChannelHandlerContext) {
            context.writeAndFlush(self.wrapOutboundOut(self.received), promise: nil)
            context.close(promise: nil)
        }
    }

    /// Connects as soon as the proxy listens, says something and reads the rest.
    private static func ask(_ address: String, text: String, endsHalf: Bool) async throws -> String {
        while true {
            do {
                let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .channelOption(.allowRemoteHalfClosure, value: true)
                    .connect(host: address, port: 2181) { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                                wrappingChannelSynchronously: channel,
                                configuration: .init(isOutboundHalfClosureEnabled: true)
                            )
                        }
                    }
                return try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: text))
                    if endsHalf { outbound.finish() }
                    var answer = ""
                    for try await bytes in inbound { answer += String(buffer: bytes) }
                    return answer
                }
            } catch let error as NIOConnectionError where !error.connectionErrors.isEmpty {
                continue  // the proxy does not listen yet
            }
        }
    }

    private static func createService(
        _ client: KubernetesClient,
        backends: [String],
        port: Int
    ) async throws -> String {
        // Endpoints first: the service is served with backends from the start.
        _ = try await client.create(
            Endpoints(json: [
                "apiVersion": "v1", "kind": "Endpoints",
                "metadata": ["name": "zk-cs", "namespace": "default"],
                "subsets": [
                    [
                        "addresses": .array(backends.map { ["ip": .string($0)] }),
                        "ports": [["name": "client", "port": .integer(Int64(port)), "protocol": "TCP"]],
                    ]
                ],
            ])
        )
        let service = try await client.create(
            Service(json: [
                "apiVersion": "v1", "kind": "Service",
                "metadata": ["name": "zk-cs", "namespace": "default"],
                "spec": ["ports": [["name": "client", "port": 2181]]],
            ])
        )
        return service.spec.clusterIP
    }
}
