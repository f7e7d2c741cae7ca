// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import NIOCore
import NIOPosix

/// An HTTP answer as it came over the socket.
struct SocketAnswer: Sendable {
    var status: Int
    var head: String
    var body: JSONValue

    /// Reads an answer whose connection was closed behind it.
    init(_ text: String) throws {
        let head = text.prefix { $0 != "{" && $0 != "[" }
        let start = head.firstRange(of: "\r\n\r\n").map(\.upperBound) ?? head.endIndex
        self.head = String(text[..<start])
        self.status = Int(self.head.split(separator: " ").dropFirst().first ?? "") ?? 0
        var rest = text[start...]
        if self.head.lowercased().contains("transfer-encoding: chunked") { rest = Self.unchunked(rest)[...] }
        self.body = try JSONValue(parsing: rest.utf8)
    }

    private static func unchunked(_ text: Substring) -> String {
        var (rest, whole) = (Array(text.utf8)[...], [UInt8]())
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let count = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), count > 0 else { break }
            let start = end + 2
            guard start + count <= rest.endIndex else { break }
            whole += rest[start..<(start + count)]
            rest = rest[(start + count)...].dropFirst(2)
        }
        return String(decoding: whole, as: UTF8.self)
    }
}

/// A server on a free port of loopback, and bytes sent to it.
struct SocketServer: Sendable {
    let port: Int

    /// Runs a body while a server answers.
    static func with<Answer: Sendable>(
        _ server: APIServer,
        _ body: @escaping @Sendable (SocketServer) async throws -> Answer
    ) async throws -> Answer {
        let front = APIHTTPServer(server)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                try await front.run { address in continuation.yield(address.port ?? 0) }
                return nil
            }
            group.addTask {
                for await port in ports { return try await body(SocketServer(port: port)) }
                return nil
            }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw CancellationError()
        }
    }

    /// Sends a request on a connection of its own and reads the answer to its end.
    func send(
        _ method: String,
        _ path: String,
        type: String = "application/json",
        headers: [String] = [],
        body: String = ""
    ) async throws -> SocketAnswer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close", "Content-Type: \(type)"]
        lines += headers + ["Content-Length: \(body.utf8.count)", "", body]
        return try SocketAnswer(try await self.exchange(lines.joined(separator: "\r\n")))
    }

    /// Sends bytes on a connection of its own and reads until it is closed.
    func exchange(_ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: self.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            for try await var part in inbound { answer.writeBuffer(&part) }
            return String(buffer: answer)
        }
    }
}
