// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesClient
public import NIOCore

/// Reaches an ``APIServer`` in the same process, without sockets and without turning objects into text.
public struct InProcessTransport: KubernetesTransport {
    private let server: APIServer

    /// A transport to a server.
    public init(_ server: APIServer) {
        self.server = server
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        try Task.checkCancellation()
        return self.server.answer(request)
    }

    public func watch(_ request: APIRequest) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        var request = request
        request.verb = .watch
        let session = try self.server.watch(RESTRequest(request))
        return AsyncThrowingStream { await session.next() }
    }

    public func stream(_ request: APIRequest) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        try await self.server.openLog(RESTRequest(request)).body
    }
}
