// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import NIOCore
import NIOHTTP1
import NIOPosix

/// A kubelet's HTTP paths on its node's address: `/healthz`, `/containerLogs/NAMESPACE/POD/CONTAINER`.
struct KubeletServer: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    let configuration: NodeConfiguration
    let runtime: any PodRuntime
    let group: any EventLoopGroup
    /// Finds a pod of the node by namespace and name.
    let find: @Sendable (_ namespace: String, _ name: String) -> PodIdentity?

    /// Opens the socket.
    func listen() async throws -> NIOAsyncChannel<Connection, Never> {
        try await ServerBootstrap(group: self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: self.configuration.address, port: self.configuration.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Serves until the task is cancelled.
    func serve(_ listener: NIOAsyncChannel<Connection, Never>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await listener.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await self.serve(connection) }
                }
            }
            group.cancelAll()  // the listener was closed: the kubelet is ending
        }
    }

    /// Serves one connection; a bad peer must not stop the server.
    private func serve(_ connection: Connection) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                for try await part in inbound {
                    switch part {
                    case .head(let head):
                        let answer = await KubeletRequest(head.uri).answer(self)
                        try await self.send(answer, keepAlive: head.isKeepAlive, to: outbound)
                        if !head.isKeepAlive { return }
                    case .body, .end:
                        break  // no request that is served has a body
                    }
                }
            }
        } catch {
            // The peer went away or sent what is no HTTP: its connection is closed, and that is all.
        }
    }

    private func send(
        _ answer: KubeletAnswer,
        keepAlive: Bool,
        to outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders([("Content-Type", "text/plain; charset=utf-8")])
        headers.add(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        switch answer {
        case .text(let status, let text):
            headers.add(name: "Content-Length", value: String(text.utf8.count))
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            try await outbound.write(
                contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(string: text))), .end(nil)])
        case .stream(let chunks):
            headers.add(name: "Transfer-Encoding", value: "chunked")
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)))
            for try await chunk in chunks {
                try await outbound.write(.body(.byteBuffer(chunk)))
            }
            try await outbound.write(.end(nil))
        }
    }
}

/// What a kubelet answers.
enum KubeletAnswer: Sendable {
    case text(HTTPResponseStatus, String)
    case stream(AsyncThrowingStream<ByteBuffer, any Error>)
}
