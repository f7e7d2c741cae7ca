// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection: requests one after the other.
struct HTTPConnection: Sendable {
    typealias ResponsePart = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias Outbound = NIOAsyncChannelOutboundWriter<ResponsePart>

    /// Bodies up to this size carry their length, longer ones are chunked, as Go's server does it.
    static let lengthBytesMax = 2_048

    /// How much of a body that is too long is taken in after its refusal, in bytes.
    static let discardedBytesMax = 16 << 20

    let frontend: HTTPFrontend
    let channel: NIOAsyncChannel<HTTPServerRequestPart, ResponsePart>

    func run() async throws {
        try await self.channel.executeThenClose { inbound, outbound in
            var iterator = inbound.makeAsyncIterator()
            while let part = try await iterator.next() {
                guard case .head(let head) = part else { continue }
                let body = try await Self.body(of: head, &iterator)
                let answer =
                    if let body {
                        await self.frontend.answer(head, body: body)
                    } else {
                        HTTPAnswer(.requestEntityTooLarge(limit: APIServer.Limits.bodyBytesMax))
                    }
                let keepsAlive = head.isKeepAlive && body != nil
                try await self.write(answer, to: outbound, for: head, keepsAlive: keepsAlive)
                guard keepsAlive else {
                    if body == nil { try await Self.discard(&iterator) }
                    return
                }
            }
        }
    }

    /// The whole body; nil when it is too long, or is going to be.
    private static func body(
        of head: HTTPRequestHead,
        _ iterator: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    ) async throws -> ByteBuffer? {
        let declared = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard declared <= APIServer.Limits.bodyBytesMax else { return nil }
        var body = ByteBuffer()
        while let part = try await iterator.next() {
            switch part {
            case .head, .end:
                return body
            case .body(var chunk):
                guard body.readableBytes + chunk.readableBytes <= APIServer.Limits.bodyBytesMax else { return nil }
                body.writeBuffer(&chunk)
            }
        }
        return body
    }

    /// Takes in what is left of a body that is too long, up to a limit: a connection that is closed with bytes unread takes
    /// the answer with it.
    private static func discard(
        _ iterator: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
    ) async throws {
        var bytes = 0
        while bytes < self.discardedBytesMax, let part = try await iterator.next() {
            switch part {
            case .body(let chunk): bytes += chunk.readableBytes
            case .head, .end: return
            }
        }
    }

    private func write(
        _ answer: HTTPAnswer,
        to outbound: Outbound,
        for head: HTTPRequestHead,
        keepsAlive: Bool
    ) async throws {
        var headers = answer.headers
        if !keepsAlive { headers.replaceOrAdd(name: "Connection", value: "close") }
        var isBodiless = head.method == .HEAD
        switch answer.body {
        case .bytes(let bytes) where bytes.readableBytes <= Self.lengthBytesMax || isBodiless:
            headers.add(name: "Content-Length", value: String(bytes.readableBytes))
        case .bytes, .watch, .stream:
            headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        let response = HTTPResponseHead(
            version: head.version,
            status: .init(statusCode: answer.status),
            headers: headers
        )
        switch answer.body {
        case .bytes(let bytes):
            if bytes.readableBytes == 0 { isBodiless = true }
            let parts: [ResponsePart] =
                isBodiless ? [.head(response), .end(nil)] : [.head(response), .body(bytes), .end(nil)]
            try await outbound.write(contentsOf: parts)
        case .watch(let session, let shape):
            try await outbound.write(.head(response))
            try await self.untilClosed { try await Self.pump(session, shape, to: outbound) }
            try await outbound.write(.end(nil))
        case .stream(let stream):
            try await outbound.write(.head(response))
            try await self.untilClosed {
                for try await chunk in stream { try await outbound.write(.body(chunk)) }
            }
            try await outbound.write(.end(nil))
        }
    }

    /// Writes a watch's events; those that are ready together go out together.
    private static func pump(_ session: WatchSession, _ shape: AnswerShape, to outbound: Outbound) async throws {
        var isFirst = true
        let writer = JSONWriter()
        while let events = await session.nextBatch() {
            var buffer = ByteBuffer()
            for event in events {
                writer.withBytes(of: shape.line(of: event, isFirst: isFirst)) { _ = buffer.writeBytes($0) }
                buffer.writeInteger(UInt8(ascii: "\n"))
                isFirst = false
            }
            try await outbound.write(.body(buffer))
        }
    }

    /// Runs until done or until the peer has gone, whichever comes first: a silent stream would not notice.
    private func untilClosed(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let (closed, continuation) = AsyncStream<Never>.makeStream()
        self.channel.channel.closeFuture.whenComplete { _ in continuation.finish() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask {
                for await _ in closed {}
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
