// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Testing

/// Sends every message back, with the pod's name before the first.
private struct Echo: PodStreamHandler {
    func serve(_ request: PodStreamRequest, over connection: WebSocketConnection) async throws {
        try await connection.send(ByteBuffer(string: "\(request.subresource) \(request.pod) \(request.query)"))
        for try await message in connection.messages { try await connection.send(message) }
    }
}

/// exec, attach and port-forward need WebSockets: the seam must carry them before there is anything behind it.
@Suite(.timeLimit(.minutes(1))) struct WebSocketUpgradeTests {
    @Test("v5.channel.k8s.io is spoken: messages go both ways, a close is answered")
    func echo() async throws {
        try await withRunningServer(podStreams: Echo()) { _, address in
            let path = "/api/v1/namespaces/n/pods/p/exec?command=ls&stdout=true"
            let outcome = try await WebSocketClient.connect(
                address,
                path: path,
                offering: "v5.channel.k8s.io, v4.channel.k8s.io"
            )
            guard case .upgraded(let channel) = outcome else {
                Issue.record("refused")
                return
            }
            try await channel.executeThenClose { inbound, outbound in
                var frames = inbound.makeAsyncIterator()
                let greeting = try await frames.next()
                #expect(greeting.map { String(buffer: $0.data) } == "exec p command=ls&stdout=true")
                let key = WebSocketMaskingKey.random()
                func send(_ fin: Bool, _ opcode: WebSocketOpcode, _ text: String) async throws {
                    let frame = WebSocketFrame(fin: fin, opcode: opcode, maskKey: key, data: ByteBuffer(string: text))
                    try await outbound.write(frame)
                }
                try await send(false, .binary, "\u{0}in two ")
                try await send(true, .continuation, "parts")
                #expect(try await frames.next().map { String(buffer: $0.data) } == "\u{0}in two parts")
                try await send(true, .ping, "?")
                #expect(try await frames.next()?.opcode == .pong)
                try await send(true, .connectionClose, "")
                #expect(try await frames.next()?.opcode == .connectionClose)
            }
        }
    }

    @Test("another path, or a protocol that nobody knows, is no upgrade", arguments: [true, false])
    func refuses(knowsProtocol: Bool) async throws {
        try await withRunningServer(podStreams: Echo()) { _, address in
            let path = "/api/v1/namespaces/n/pods/p/\(knowsProtocol ? "log" : "exec")"
            let offered = knowsProtocol ? "v5.channel.k8s.io" : "nope"
            let outcome = try await WebSocketClient.connect(address, path: path, offering: offered)
            guard case .refused = outcome else {
                Issue.record("upgraded")
                return
            }
        }
    }
}
