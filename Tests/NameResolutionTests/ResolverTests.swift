// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import NameResolution
import Testing

import struct NameResolution.Resolver  // NIOPosix has a protocol of that name

@Suite(.timeLimit(.minutes(1))) struct ResolverTests {
    /// A server that knows two names, drops the first `dropping` questions, and cuts every UDP answer when `cutting`.
    private final class Names: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>
        private var dropping: Int

        init(dropping: Int) { self.dropping = dropping }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = self.unwrapInboundIn(data)
            guard self.dropping == 0 else {
                self.dropping -= 1
                return
            }
            do {
                var message = try DNSMessage(from: envelope.data)
                message.isResponse = true
                let name = message.questions[0].name
                switch name {
                case "zk-0.zk-hs.default.svc.cluster.local", "zk-0.zk-hs.other.svc.cluster.local":
                    let address = name.contains("other") ? "127.64.1.2" : "127.64.1.1"
                    message.answers = [
                        DNSRecord(name: name, timeToLive: 5, content: .address(try #require(IPv4Address(address))))
                    ]
                case "broken.default.svc.cluster.local":
                    message.responseCode = .serverFailure
                default:
                    message.responseCode = .nameError
                }
                let reply = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: try message.encoded())
                context.writeAndFlush(self.wrapOutboundOut(reply), promise: nil)
            } catch {
                Issue.record(error)
            }
        }
    }

    private func withServer(dropping: Int = 0, _ body: @Sendable (Int) async throws -> Void) async throws {
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Names(dropping: dropping))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        do {
            try await body(port)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func resolve(_ name: String, _ resolver: Resolver) async throws -> [String] {
        try await NIOThreadPool.singleton.runIfActive { try resolver.addresses(of: name) }
    }

    @Test func namesAreCompletedByTheSearchDomainsInOrder() async throws {
        try await self.withServer { port in
            let resolver = Resolver(environment: [
                "CLUSTER_DNS": "127.0.0.1:\(port)",
                "CLUSTER_DNS_SEARCH": "other.svc.cluster.local,svc.cluster.local,cluster.local",
            ])
            let completed = try await self.resolve("zk-0.zk-hs", resolver)
            #expect(completed == ["127.64.1.2"])
            let qualified = try await self.resolve("zk-0.zk-hs.default", resolver)
            #expect(qualified == ["127.64.1.1"])
            let absolute = try await self.resolve("ZK-0.zk-hs.default.svc.cluster.local.", resolver)
            #expect(absolute == ["127.64.1.1"])
        }
    }

    @Test func aLostAnswerIsAskedForAgain() async throws {
        try await self.withServer(dropping: 1) { port in
            let resolver = Resolver(server: ("127.0.0.1", port))
            let found = try await self.resolve("zk-0.zk-hs", resolver)
            #expect(found == ["127.64.1.1"])
        }
    }

    @Test func anUnknownClusterNameIsNotAskedOfTheMachine() async throws {
        try await self.withServer { port in
            let resolver = Resolver(server: ("127.0.0.1", port))
            let error = try await #require(throws: ResolutionError.self) {
                try await self.resolve("zk-9.zk-hs.default.svc.cluster.local", resolver)
            }
            #expect(error.code == .notFound)
            let failure = try await #require(throws: ResolutionError.self) {
                try await self.resolve("broken", resolver)
            }
            #expect(failure.code == .serverFailure)
        }
    }

    @Test func aClosedPortIsNoAnswer() throws {
        // Bound to a port of its own and closed again: nothing else listens there.
        let resolver = Resolver(server: ("127.0.0.1", 1))
        let error = try #require(throws: ResolutionError.self) {
            try resolver.addresses(of: "zk-0.zk-hs.default.svc.cluster.local", timeout: .milliseconds(120))
        }
        #expect(error.code == .noAnswer && error.message.contains("refused"), "\(error)")
    }

    @Test func literalAddressesAndThePodsOwnNamesNeedNoServer() throws {
        let resolver = Resolver(environment: [
            "CLUSTER_DNS": "127.0.0.1:1", "POD_IP": "127.64.1.7", "HOSTNAME": "kafka-0",
        ])
        #expect(try resolver.addresses(of: "10.1.2.3") == ["10.1.2.3"])
        #expect(try resolver.addresses(of: "localhost") == ["127.64.1.7"])
        #expect(try resolver.addresses(of: "kafka-0") == ["127.64.1.7"])
        #expect(try Resolver(environment: [:]).addresses(of: "localhost") == ["127.0.0.1"])
    }
}
