// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore
import NIOWebSocket

/// A WebSocket as messages: pings answered, fragments joined, a close answered and reported as the end.
public struct WebSocketConnection: Sendable {
    /// What bounds a connection.
    public enum Limits {
        /// The largest frame, in bytes.
        public static let frameBytesMax = 1 << 20
        /// The largest message, in bytes.
        public static let messageBytesMax = 16 << 20
    }

    /// The peer's messages, of whatever kind; ends when the peer closes.
    public let messages: AsyncThrowingStream<ByteBuffer, any Error>
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    /// Sends a binary message.
    public func send(_ message: ByteBuffer) async throws {
        try await self.outbound.write(WebSocketFrame(fin: true, opcode: .binary, data: message))
    }

    /// Runs a handler on an upgraded channel, then says goodbye.
    static func serve(
        _ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>,
        _ handler: @Sendable (WebSocketConnection) async throws -> Void
    ) async throws {
        try await channel.executeThenClose { inbound, outbound in
            let reader = MessageReader(inbound.makeAsyncIterator(), outbound)
            let messages = AsyncThrowingStream<ByteBuffer, any Error> { try await reader.next() }
            try await handler(WebSocketConnection(messages: messages, outbound: outbound))
            if !reader.isClosed { try await outbound.write(Self.closing(.normalClosure)) }
        }
    }

    fileprivate static func closing(_ code: WebSocketErrorCode) -> WebSocketFrame {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: code)
        return WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
    }
}

/// Joins frames to messages.
///
/// `@unchecked Sendable`: the one stream that owns it pulls one message at a time; ``isClosed`` is read after that.
private final class MessageReader: @unchecked Sendable {
    private var iterator: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    private(set) var isClosed = false

    init(
        _ iterator: NIOAsyncChannelInboundStream<WebSocketFrame>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>
    ) {
        self.iterator = iterator
        self.outbound = outbound
    }

    func next() async throws -> ByteBuffer? {
        var message = ByteBuffer()
        while !self.isClosed, let frame = try await self.iterator.next() {
            switch frame.opcode {
            case .binary, .text, .continuation:
                var data = frame.unmaskedData
                guard message.readableBytes + data.readableBytes <= WebSocketConnection.Limits.messageBytesMax else {
                    self.isClosed = true
                    try await self.outbound.write(WebSocketConnection.closing(.messageTooLarge))
                    return nil
                }
                message.writeBuffer(&data)
                if frame.fin { return message }
            case .ping:
                try await self.outbound.write(WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData))
            case .connectionClose:
                self.isClosed = true
                try await self.outbound.write(WebSocketConnection.closing(.normalClosure))
            case .pong:
                continue
            case _:
                self.isClosed = true
                try await self.outbound.write(WebSocketConnection.closing(.protocolError))
            }
        }
        return nil
    }
}
