// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
public import KubernetesClient
import NIOCore
import NIOHTTP1

/// Reaches kubelets over HTTP. Call ``shutdown()`` when done.
public struct HTTPKubeletConnector: KubeletConnector {
    private let client: HTTPClient

    /// A connector.
    public init() {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(5)
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections.
    public func shutdown() async throws {
        try await self.client.shutdown()
    }

    public func open(address: String, port: Int, target: String) async throws -> KubeletAnswer {
        let request = HTTPClientRequest(url: "http://\(address):\(port)\(target)")
        // A log that is followed may be silent for as long as it likes.
        let response = try await self.client.execute(request, timeout: .hours(24 * 365))
        let reader = ChunkReader(response.body)
        return KubeletAnswer(
            status: Int(response.status.code),
            body: AsyncThrowingStream { try await reader.next() }
        )
    }
}
