// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOPosix
import Synchronization

/// One `kubectl port-forward`: SPDY frames in WebSocket messages. Each connection of the client's side is a pair of streams
/// with one request id, for bytes and for the text of an error.
struct PortForwardSession: Sendable {
    /// Connections under way at a time; more are reset by not being answered.
    static let connectionsMax = 256

    let connection: WebSocketConnection
    /// The pod's address.
    let address: String

    /// A pair of streams that is not complete yet.
    private struct Pair {
        var data: UInt32?
        var error: UInt32?
        var port: Int
    }

    /// Serves until the client goes away.
    func run() async throws {
        let connection = self.connection
        try await withThrowingDiscardingTaskGroup { group in
            defer { group.cancelAll() }
            var (reader, writer) = (SPDYFrame.Reader(), SPDYFrame.Writer())
            var pairs: [String: Pair] = [:]
            var inputs: [UInt32: BoundedInput] = [:]
            defer { for input in inputs.values { input.finish() } }
            for try await message in connection.messages {
                reader.append(message)
                while let frame = try reader.next() {
                    switch frame {
                    case .open(let stream, let headers, _):
                        guard inputs.count < Self.connectionsMax, pairs.count < Self.connectionsMax else { continue }
                        try await connection.send(writer.reply(stream: stream))
                        let id = headers["requestid"] ?? ""
                        var pair = pairs[id] ?? Pair(port: headers["port"].flatMap(Int.init) ?? 0)
                        if headers["streamtype"] == "error" { pair.error = stream } else { pair.data = stream }
                        pairs[id] = pair
                        guard let data = pair.data, let error = pair.error else { continue }
                        pairs[id] = nil
                        let input = BoundedInput()
                        inputs[data] = input
                        let (port, sender) = (pair.port, writer)
                        group.addTask {
                            try await self.forward(port: port, input, data: data, error: error, sender)
                        }
                    case .data(let stream, let bytes, let isLast):
                        if bytes.readableBytes > 0 { await inputs[stream]?.send(bytes) }
                        if isLast { inputs.removeValue(forKey: stream)?.finish() }
                    case .reset(let stream): inputs.removeValue(forKey: stream)?.finish()
                    case .ping(let id): try await connection.send(writer.ping(id))
                    case .goAway: return
                    case .ignored: continue
                    }
                }
            }
        }
    }

    /// Carries one connection's bytes both ways; what goes wrong is told on its stream of errors.
    private func forward(
        port: Int,
        _ input: BoundedInput,
        data: UInt32,
        error: UInt32,
        _ writer: SPDYFrame.Writer
    ) async throws {
        var problem = ByteBuffer()
        do {
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelOption(.allowRemoteHalfClosure, value: true)
                .connect(host: self.address, port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                            wrappingChannelSynchronously: channel,
                            configuration: .init(isOutboundHalfClosureEnabled: true)
                        )
                    }
                }
            try await channel.executeThenClose { inbound, outbound in
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask {
                        for await bytes in input.stream { try await outbound.write(bytes) }
                        outbound.finish()
                    }
                    for try await bytes in inbound {
                        try await self.connection.send(writer.data(stream: data, bytes, isLast: false))
                    }
                    input.finish()
                }
            }
        } catch {
            problem.writeString("error forwarding port \(port) to \(self.address): \(error)")
        }
        input.finish()
        try await self.connection.send(writer.data(stream: data, ByteBuffer(), isLast: true))
        try await self.connection.send(writer.data(stream: error, problem, isLast: true))
    }
}
