// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import KubernetesClient
import KubernetesHTTP
import NIOCore

/// An API server on a free port of loopback for as long as a test's body runs.
func withRunningServer<Answer: Sendable>(
    _ server: APIServer = APIServer(),
    podStreams: (any PodStreamHandler)? = nil,
    _ body: @escaping @Sendable (_ server: APIServer, _ address: String) async throws -> Answer
) async throws -> Answer {
    var configuration = APIHTTPServer.Configuration()
    configuration.podStreams = podStreams
    let front = APIHTTPServer(server, configuration: configuration)
    let (addresses, continuation) = AsyncStream<String>.makeStream()
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
        group.addTask {
            try await front.run { address in
                continuation.yield("http://127.0.0.1:\(address.port ?? 0)")
                continuation.finish()
            }
            return nil
        }
        group.addTask {
            for await address in addresses { return try await body(server, address) }
            return nil
        }
        defer { group.cancelAll() }
        while let answer = try await group.next() {
            if let answer { return answer }
        }
        throw CancellationError()
    }
}

/// The two transports of one and the same server.
enum TransportKind: CaseIterable, Sendable {
    case inProcess, http
}

/// Runs a body over one transport of a fresh server.
func withTransport(
    _ kind: TransportKind,
    _ server: APIServer = APIServer(),
    _ body: @escaping @Sendable (any KubernetesTransport) async throws -> Void
) async throws {
    switch kind {
    case .inProcess:
        try await body(InProcessTransport(server))
    case .http:
        try await withRunningServer(server) { _, address in
            let transport = try HTTPTransport(Kubeconfig(server: address))
            do {
                try await body(transport)
            } catch {
                try await transport.shutdown()
                throw error
            }
            try await transport.shutdown()
        }
    }
}
