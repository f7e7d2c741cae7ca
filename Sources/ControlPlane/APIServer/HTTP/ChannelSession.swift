// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore

/// One exec or attach over the WebSocket protocols `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of a message
/// names the stream that the rest belongs to. Version 5 adds a message that closes one stream.
struct ChannelSession: Sendable {
    /// The streams of a session.
    private enum Channel {
        static let standardInput: UInt8 = 0
        static let status: UInt8 = 3
        static let size: UInt8 = 4
        static let close: UInt8 = 255
    }

    let connection: WebSocketConnection
    let options: StreamOptions

    /// Runs the container's side until it has ended or the client has gone, and tells the client how it ended.
    func run(_ body: @escaping @Sendable (ContainerStreams) async throws -> ContainerExit) async throws {
        let input = BoundedInput()
        let (sizes, resize) = AsyncStream.makeStream(
            of: ContainerStreams.TerminalSize.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let connection = self.connection
        let outputs = self.options.outputs
        let streams = ContainerStreams(
            hasTerminal: self.options.hasTerminal,
            standardInput: self.options.hasInput ? input.stream : nil,
            sizes: sizes,
            outputs: outputs
        ) { output, bytes in
            guard outputs.contains(output) else { return }
            try await connection.send(Self.message(output.rawValue, bytes))
        }
        // An empty message tells the client that the streams are there.
        let first = outputs.map(\.rawValue).min() ?? Channel.status
        try await connection.send(Self.message(first, ByteBuffer()))
        try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            group.addTask {
                defer {
                    input.finish()
                    resize.finish()
                }
                try await self.receive(input, resize)
                return nil
            }
            group.addTask { await Self.status { try await body(streams) } }
            defer { group.cancelAll() }
            // Whichever is first: the end of the process, or the client's going away, which ends the process's call.
            guard let status = try await group.next() ?? nil else { return }
            input.finish()
            try await connection.send(Self.message(Channel.status, ByteBuffer(bytes: status.bytes)))
        }
    }

    /// Sorts the client's messages by stream until it has gone.
    private func receive(
        _ input: BoundedInput,
        _ resize: AsyncStream<ContainerStreams.TerminalSize>.Continuation
    ) async throws {
        for try await var message in self.connection.messages {
            guard let channel = message.readInteger(as: UInt8.self) else { continue }
            switch channel {
            case Channel.standardInput:
                if message.readableBytes > 0 { await input.send(message) }
            case Channel.size:
                if let size = Self.size(message) { resize.yield(size) }
            case Channel.close:
                if message.readInteger(as: UInt8.self) == Channel.standardInput { input.finish() }
            case _:
                continue  // streams that only the server writes
            }
        }
    }

    /// A terminal's size; nil for what is none, which leaves the terminal as it is.
    private static func size(_ message: ByteBuffer) -> ContainerStreams.TerminalSize? {
        guard let value = try? JSONValue(parsing: message.readableBytesView),
            let width = value["Width"]?.integer, let height = value["Height"]?.integer,
            let columns = UInt16(exactly: width), let rows = UInt16(exactly: height)
        else { return nil }
        return ContainerStreams.TerminalSize(width: Int(columns), height: Int(rows))
    }

    /// What the client is told at the end.
    private static func status(_ body: () async throws -> ContainerExit) async -> JSONValue {
        do {
            let exit = try await body()
            if exit.code == 0 { return ["metadata": .emptyObject, "status": "Success"] }
            return [
                "metadata": .emptyObject, "status": "Failure", "reason": "NonZeroExitCode",
                "message": .string("command terminated with non-zero exit code: exit status \(exit.code)"),
                "details": ["causes": [["reason": "ExitCode", "message": .string(String(exit.code))]]],
            ]
        } catch let error as StatusError {
            return error.json
        } catch {
            return StatusError.internalError("\(error)").json
        }
    }

    private static func message(_ channel: UInt8, _ bytes: ByteBuffer) -> ByteBuffer {
        var message = ByteBuffer()
        message.reserveCapacity(bytes.readableBytes + 1)
        message.writeInteger(channel)
        message.writeImmutableBuffer(bytes)
        return message
    }
}

/// What a client asks for in the query of exec and attach.
struct StreamOptions: Hashable, Sendable {
    var command: [String] = []
    var container: String?
    var hasInput = false
    var hasTerminal = false
    var outputs: Set<ContainerStreams.Output> = []

    /// Reads a query; names may repeat.
    init(query: [(name: String, value: String)]) {
        for (name, value) in query {
            let isSet = ["true", "1", ""].contains(value)
            switch name {
            case "command": self.command.append(value)
            case "container": self.container = value.isEmpty ? nil : value
            case "stdin": self.hasInput = isSet
            case "tty": self.hasTerminal = isSet
            case "stdout": if isSet { self.outputs.insert(.standardOutput) }
            case "stderr": if isSet { self.outputs.insert(.standardError) }
            case _: continue
            }
        }
        // A terminal has one output.
        if self.hasTerminal { self.outputs.remove(.standardError) }
    }
}
