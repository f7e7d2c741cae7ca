// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
public import KubernetesClient
public import NIOCore
public import NIOPosix
import NameResolution

/// Serves the cluster's names over UDP and TCP from the services and endpoints as last seen.
public struct ClusterDNSServer: Sendable {
    private let host: String
    private let port: Int
    private let group: any EventLoopGroup
    private let services: ObjectCache
    private let endpoints: ObjectCache

    /// A server on an address; port 0 takes any that is free.
    public init(
        client: KubernetesClient,
        host: String,
        port: Int,
        group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
    ) {
        self.host = host
        self.port = port
        self.group = group
        self.services = ObjectCache(.init(Service.self), transport: client.transport)
        self.endpoints = ObjectCache(.init(Endpoints.self), transport: client.transport)
    }

    /// Watches and answers until cancelled.
    /// - Parameter onListening: called once, with the address, when questions are answered from synced caches.
    /// - Throws: when the address cannot be listened on.
    public func run(onListening: @Sendable (SocketAddress) -> Void = { _ in }) async throws {
        let (services, endpoints) = (self.services, self.endpoints)
        let zone = Zone(
            service: { services.object(Service.self, $1, namespace: $0) },
            endpoints: { endpoints.object(Endpoints.self, $1, namespace: $0) }
        )
        let datagrams = try await DatagramBootstrap(group: self.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramAnswerer(zone: zone))
                }
            }
            .bind(host: self.host, port: self.port).get()
        let listener = try await ServerBootstrap(group: self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(StreamFrameDecoder()))
                    try channel.pipeline.syncOperations.addHandler(StreamAnswerer(zone: zone))
                }
            }
            .bind(host: self.host, port: datagrams.localAddress?.port ?? self.port).get()
        await withDiscardingTaskGroup { group in
            group.addTask { await self.services.run() }
            group.addTask { await self.endpoints.run() }
            await self.services.waitUntilSynced()
            await self.endpoints.waitUntilSynced()
            if let address = datagrams.localAddress { onListening(address) }
        }
        try await datagrams.close()
        try await listener.close()
    }
}

/// Answers a question a datagram.
private final class DatagramAnswerer: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    /// What a client takes that does not say (RFC 1035).
    private static let payloadDefault = 512
    private let zone: Zone

    init(zone: Zone) {
        self.zone = zone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = self.unwrapInboundIn(data)
        let query: DNSMessage
        do {
            query = try DNSMessage(from: envelope.data)
        } catch {
            return  // not DNS: as with any stray datagram, there is nobody to tell
        }
        guard !query.isResponse else { return }
        let limit = max(Self.payloadDefault, Int(query.udpPayloadMax ?? 0))
        var answer = self.zone.answer(query)
        answer.udpPayloadMax = query.udpPayloadMax
        let bytes: ByteBuffer
        do {
            bytes = try answer.encoded(limit: limit)
        } catch {
            return  // the question's own name cannot be written back
        }
        context.write(
            self.wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: bytes)),
            promise: nil
        )
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }
}

/// DNS over TCP: each message behind its length.
private struct StreamFrameDecoder: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(buffer: inout ByteBuffer) -> ByteBuffer? {
        buffer.readLengthPrefixedSlice(as: UInt16.self)
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) -> ByteBuffer? {
        self.decode(buffer: &buffer)
    }
}

private final class StreamAnswerer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let zone: Zone

    init(zone: Zone) {
        self.zone = zone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            let bytes = try self.zone.answer(DNSMessage(from: self.unwrapInboundIn(data))).encoded(limit: 65_535)
            var frame = context.channel.allocator.buffer(capacity: bytes.readableBytes + 2)
            frame.writeInteger(UInt16(bytes.readableBytes))
            frame.writeImmutableBuffer(bytes)
            context.write(self.wrapOutboundOut(frame), promise: nil)
        } catch {
            context.close(promise: nil)  // not DNS
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
