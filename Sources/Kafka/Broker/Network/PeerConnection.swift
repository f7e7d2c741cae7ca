// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import NIOCore
import NIOPosix

/// A connection to another broker. Requests go out in order and are answered in order; when the connection ends, those
/// without an answer have failed, and the next request opens a new one.
final class PeerConnection {
    /// Which connection: fetches wait at the leader, so that they have one of their own.
    struct Key: Hashable {
        var broker: Int32
        var host: String
        var port: Int32
        var isFetch: Bool
    }

    private enum State {
        case idle
        case connecting
        case connected(any Channel)
        case closed
    }

    private struct Pending {
        var token: PeerToken
        var api: APIKey
        var version: Int16
        var decode: (inout ByteBuffer, Int16) throws -> KafkaResponse
        var deadline: NIODeadline
    }

    let key: Key
    private let node: BrokerNode
    private var state = State.idle
    /// Frames that wait for the connection.
    private var waiting: [ByteBuffer] = []
    private var pending = CircularBuffer<Pending>()
    private var nextCorrelationID: Int32 = 0
    private var isDirty = false

    init(key: Key, node: BrokerNode) {
        self.key = key
        self.node = node
    }

    func send(_ token: PeerToken, _ request: KafkaRequest) {
        do {
            let (api, version, frame, decode) = try PeerCodec.encode(request, correlationID: self.nextCorrelationID)
            self.nextCorrelationID &+= 1
            let deadline = NIODeadline.now() + Limits.peerTimeout
            let pending = Pending(token: token, api: api, version: version, decode: decode, deadline: deadline)
            self.pending.append(pending)
            switch self.state {
            case .idle, .closed:
                self.waiting.append(frame)
                self.connect()
            case .connecting:
                self.waiting.append(frame)
            case .connected(let channel):
                channel.write(frame, promise: nil)
                if !self.isDirty {
                    self.isDirty = true
                    self.node.mustFlush(self)
                }
            }
        } catch {
            self.node.note("a request to broker \(self.key.broker) can't be written: \(error)")
            self.node.peerFailed(self.key.broker, token)
        }
    }

    private func connect() {
        self.state = .connecting
        let node = self.node
        let connection = NIOLoopBound(self, eventLoop: node.loop)
        node.addresses.resolve(self.key.host, on: node.loop).flatMap { address in
            ClientBootstrap(group: node.loop)
                .connectTimeout(Limits.peerConnectTimeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers(
                            ByteToMessageHandler(FrameDecoder()),
                            PeerHandler(connection: connection.value)
                        )
                    }
                }
                .connect(host: address, port: Int(connection.value.key.port))
        }.whenComplete { result in
            connection.value.connected(result)
        }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            if case .closed = self.state {
                channel.close(promise: nil)
                return
            }
            self.state = .connected(channel)
            for frame in self.waiting { channel.write(frame, promise: nil) }
            self.waiting = []
            channel.flush()
        case .failure:
            self.fail()
            self.node.endTurn()
        }
    }

    /// An answer came.
    func received(_ frame: ByteBuffer) throws {
        guard let pending = self.pending.popFirst() else {
            throw WireError(.badLength, "an answer that nobody waits for")
        }
        do {
            var frame = frame
            _ = try ResponseHeader(from: &frame, apiKey: pending.api, apiVersion: pending.version)
            self.node.peerAnswered(self.key.broker, pending.token, try pending.decode(&frame, pending.version))
        } catch {
            self.node.peerFailed(self.key.broker, pending.token)
            throw error
        }
    }

    func readComplete() {
        self.node.endTurn()
    }

    /// The connection is gone: what was under way has failed.
    func fail() {
        if case .connected(let channel) = self.state { channel.close(promise: nil) }
        self.state = .closed
        self.waiting = []
        let failed = self.pending
        self.pending.removeAll()
        for request in failed { self.node.peerFailed(self.key.broker, request.token) }
    }

    func note(_ error: any Error) {
        self.node.note("broker \(self.key.broker): \(error)")
    }

    /// Whether the oldest request has waited too long.
    func isOverdue(now: NIODeadline) -> Bool {
        self.pending.first.map { $0.deadline < now } ?? false
    }

    func flush() {
        self.isDirty = false
        if case .connected(let channel) = self.state { channel.flush() }
    }
}

/// Hands a connection's frames to its ``PeerConnection``.
private final class PeerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: PeerConnection

    init(connection: PeerConnection) {
        self.connection = connection
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try self.connection.received(self.unwrapInboundIn(data))
        } catch {
            self.connection.note(error)
            context.close(promise: nil)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.connection.readComplete()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.connection.fail()
        self.connection.readComplete()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
