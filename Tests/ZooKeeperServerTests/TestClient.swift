// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import ZooKeeperProtocol

/// A client that asks one thing at a time, over a real socket.
final class TestClient {
    struct Answer {
        var zxid: Zxid
        var error: ErrorCode
        var body: ByteBuffer
    }

    struct Closed: Error {}

    private let channel: any Channel
    private var frames: AsyncStream<ByteBuffer>.Iterator
    private var nextXid: Int32 = 1
    private(set) var session = SessionID.none
    private(set) var password = ByteBuffer()
    /// The events that came in between, newest last.
    private(set) var events: [(kind: Int32, path: String)] = []

    private init(channel: any Channel, frames: AsyncStream<ByteBuffer>) {
        self.channel = channel
        self.frames = frames.makeAsyncIterator()
    }

    /// Connects; nothing is said yet.
    static func connect(_ address: String, port: Int) async throws -> TestClient {
        let (frames, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameCollector(continuation))
                }
            }
            .connect(host: address, port: port).get()
        return TestClient(channel: channel, frames: frames)
    }

    /// Opens a session, or takes one up again; false when it is gone.
    func open(
        session: SessionID = .none,
        password: ByteBuffer = ByteBuffer(),
        lastZxidSeen: Zxid = .zero
    ) async throws -> Bool {
        let request = ConnectRequest(
            lastZxidSeen: lastZxidSeen,
            timeoutMs: 30_000,  // nobody sends heartbeats here: a busy machine must not end the session
            session: session,
            password: password
        )
        try await self.send { request.write(to: &$0) }
        guard var frame = await self.frames.next() else { throw Closed() }
        let response = try ConnectResponse(from: &frame)
        self.session = response.session
        self.password = response.password
        return response.timeoutMs > 0
    }

    /// Sends a request and waits for nothing.
    @discardableResult
    func tell(_ request: Request) async throws -> Int32 {
        let xid = self.nextXid
        self.nextXid += 1
        try await self.send {
            RequestHeader(xid: xid, kind: request.kind).write(to: &$0)
            request.write(to: &$0)
        }
        return xid
    }

    func ask(_ request: Request) async throws -> Answer {
        let xid = try await self.tell(request)
        while var frame = await self.frames.next() {
            let answered = try frame.readJute(Int32.self)
            let zxid = Zxid(rawValue: try frame.readJute(Int64.self))
            let error = ErrorCode(rawValue: try frame.readJute(Int32.self))
            if answered == xid { return Answer(zxid: zxid, error: error, body: frame) }
            let kind = try frame.readJute(Int32.self)
            _ = try frame.readJute(Int32.self)
            self.events.append((kind, try frame.readJuteString()))
        }
        throw Closed()
    }

    func send(raw bytes: [UInt8]) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Waits until the server closes the connection.
    func waitForClose() async {
        while await self.frames.next() != nil {}
    }

    func close() async throws {
        try await self.channel.close()
    }

    private func send(_ body: (inout ByteBuffer) -> Void) async throws {
        var buffer = ByteBuffer()
        buffer.writeFrame(body)
        try await self.channel.writeAndFlush(buffer)
    }
}

private final class FrameCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let continuation: AsyncStream<ByteBuffer>.Continuation
    private let processor = NIOSingleStepByteToMessageProcessor(ClientFrameDecoder(maximumLength: 1 << 24))

    init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
        self.continuation = continuation
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            try self.processor.process(buffer: self.unwrapInboundIn(data)) { frame in
                if case .body(let body) = frame { self.continuation.yield(body) }
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.continuation.finish()
    }
}
