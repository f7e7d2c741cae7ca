// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOPosix
import NIOWebSocket
import Testing

/// Says what it was asked, gives its input back, and ends with the code that the last argument is.
private struct Parrot: ContainerStreamer {
    func exec(_ command: [String], in target: ContainerTarget, streams: ContainerStreams) async throws -> ContainerExit
    {
        try await streams.write(.standardOutput, ByteBuffer(string: "\(target.node) \(target.container) \(command)"))
        try await streams.write(.standardError, ByteBuffer(string: "an error"))
        if let input = streams.standardInput {
            for await bytes in input { try await streams.write(.standardOutput, bytes) }
        }
        if streams.hasTerminal {
            for await size in streams.sizes {
                try await streams.write(.standardOutput, ByteBuffer(string: "\(size.width)x\(size.height)"))
                break
            }
        }
        guard let code = command.last.flatMap(Int32.init) else { throw StatusError.badRequest("no such program") }
        return ContainerExit(code: code)
    }

    func attach(to target: ContainerTarget, streams: ContainerStreams) async throws -> ContainerExit {
        try await self.exec(["0"], in: target, streams: streams)
    }
}

@Suite(.timeLimit(.minutes(1))) struct ContainerStreamTests {
    private static func server(podIP: String = "127.0.0.1") -> APIServer {
        var configuration = APIServer.Configuration()
        configuration.containerStreamer = Parrot()
        let server = APIServer(configuration: configuration)
        let pod: JSONValue = [
            "metadata": ["name": "p"], "spec": ["nodeName": "n", "containers": [["name": "c", "image": "i"]]],
        ]
        let created = server.answer(APIRequest(.create, .pods, namespace: "default", body: pod))
        #expect(created.status == 201)
        var update = APIRequest(.patch, .pods, namespace: "default", name: "p", subresource: "status")
        update.patchType = .merge
        update.body = ["status": ["phase": "Running", "podIP": .string(podIP)]]
        #expect(server.answer(update).status == 200)
        return server
    }

    private typealias Channel = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    /// Upgrades, sends messages and collects the answers, joined by their first byte, until the server closes.
    private func talk(_ query: String, offering streamProtocol: String, _ messages: [[UInt8]]) async throws
        -> [UInt8: String]
    {
        try await withRunningServer(Self.server()) { _, address in
            let path = "/api/v1/namespaces/default/pods/p/\(query)"
            let outcome = try await WebSocketClient.connect(address, path: path, offering: streamProtocol)
            guard case .upgraded(let channel) = outcome else { throw ChannelError.inappropriateOperationForState }
            return try await channel.executeThenClose { inbound, outbound in
                for message in messages {
                    let frame = WebSocketFrame(
                        fin: true,
                        opcode: .binary,
                        maskKey: WebSocketMaskingKey.random(),
                        data: ByteBuffer(bytes: message)
                    )
                    try await outbound.write(frame)
                }
                var answers: [UInt8: String] = [:]
                for try await frame in inbound where frame.opcode == .binary {
                    var data = frame.unmaskedData
                    guard let stream = data.readInteger(as: UInt8.self) else { continue }
                    answers[stream, default: ""] += String(buffer: data)
                }
                return answers
            }
        }
    }

    @Test("exec: output, errors, input until it is closed, and the exit code come on their channels")
    func exec() async throws {
        let query = "exec?command=x+y&command=3&container=c&stdin=true&stdout=true&stderr=true"
        let input = [[0] + Array("typed".utf8), [255, 0]]
        let answers = try await self.talk(query, offering: "v5.channel.k8s.io", input)
        #expect(answers[1] == "n c [\"x y\", \"3\"]typed")
        #expect(answers[2] == "an error")
        let status = try JSONValue(parsing: try #require(answers[3]))
        #expect(status["reason"] == "NonZeroExitCode")
        #expect(status["details", "causes"]?.array?.first?["message"] == "3")
    }

    @Test("a terminal has one output, and its size reaches the process")
    func terminal() async throws {
        let size = [4] + Array("{\"Width\":80,\"Height\":24}".utf8)
        let query = "attach?stdout=true&stderr=true&tty=true"
        let answers = try await self.talk(query, offering: "v4.channel.k8s.io", [size])
        #expect(answers[1] == "n c [\"0\"]80x24")
        #expect(answers[2] == nil)
        #expect(try JSONValue(parsing: try #require(answers[3]))["status"] == "Success")
    }

    @Test("what cannot be started is told on the status channel")
    func failure() async throws {
        let answers = try await self.talk("exec?command=nope&stdout=true", offering: "v5.channel.k8s.io", [])
        let status = try JSONValue(parsing: try #require(answers[3]))
        #expect(status["message"] == "no such program")
        #expect(status["code"] == 400)
    }

    @Test(
        "what makes no sense is no upgrade",
        arguments: ["exec?stdout=true", "exec?command=x", "exec?command=x&stdout=1&container=z"]
    )
    func refused(query: String) async throws {
        try await withRunningServer(Self.server()) { _, address in
            let path = "/api/v1/namespaces/default/pods/p/\(query)"
            let outcome = try await WebSocketClient.connect(address, path: path, offering: "v5.channel.k8s.io")
            guard case .refused = outcome else {
                Issue.record("upgraded")
                return
            }
        }
    }
}
