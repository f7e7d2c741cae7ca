// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesClient
public import NIOCore

/// Reaches an ``APIServer`` in the same process, without sockets and without turning objects into text.
public struct InProcessTransport: KubernetesTransport {
    private let server: APIServer
    private let userAgent: String

    /// A transport to a server.
    /// - Parameter userAgent: the program that asks; fields that it writes are its own in `metadata.managedFields`.
    public init(_ server: APIServer, userAgent: String = "") {
        self.server = server
        self.userAgent = userAgent
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        try Task.checkCancellation()
        return self.server.answer(request, userAgent: self.userAgent)
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
