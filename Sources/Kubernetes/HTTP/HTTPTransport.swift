// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import JSON
import KubernetesAPI
public import KubernetesClient
public import NIOCore
import NIOHTTP1
import NIOSSL

/// Reaches a Kubernetes API over HTTP or HTTPS. Call ``shutdown()`` when done.
public struct HTTPTransport: KubernetesTransport {
    /// What bounds a transport.
    public enum Limits {
        /// The largest answer that is read, in bytes: a list of thousands of objects fits.
        public static let responseBytesMax = 256 << 20
        /// How long an answer that is no stream may take.
        public static let responseTimeout = TimeAmount.seconds(60)
        /// Connections at a time: each watch holds one.
        public static let connectionsMax = 256
    }

    private let client: HTTPClient
    private let server: String
    private let token: String?

    /// A transport to the cluster of a kubeconfig.
    /// - Throws: when its certificates cannot be read.
    public init(_ kubeconfig: Kubeconfig) throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Limits.connectionsMax
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(10)
        if kubeconfig.server.hasPrefix("https") {
            configuration.tlsConfiguration = try Self.tls(kubeconfig)
        }
        self.client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.server = kubeconfig.server.hasSuffix("/") ? String(kubeconfig.server.dropLast()) : kubeconfig.server
        self.token = kubeconfig.token
    }

    /// Closes all connections.
    public func shutdown() async throws {
        try await self.client.shutdown()
    }

    public func send(_ request: APIRequest) async throws -> APIResponse {
        let response = try await self.execute(request, timeout: Limits.responseTimeout)
        let body = try await response.body.collect(upTo: Limits.responseBytesMax)
        return APIResponse(
            status: Int(response.status.code),
            body: Self.value(body, code: Int(response.status.code)),
            warnings: response.headers["Warning"].map(Self.warningText)
        )
    }

    public func watch(_ request: APIRequest) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        var request = request
        request.verb = .watch
        let reader = WatchReader(try await self.open(request))
        return AsyncThrowingStream { try await reader.next() }
    }

    public func stream(_ request: APIRequest) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let reader = ChunkReader(try await self.open(request))
        return AsyncThrowingStream { try await reader.next() }
    }

    private func open(_ request: APIRequest) async throws -> HTTPClientResponse.Body {
        // A stream may be silent for as long as it likes.
        let response = try await self.execute(request, timeout: .hours(24 * 365))
        guard response.status.code < 400 else {
            let body = try await response.body.collect(upTo: Limits.responseBytesMax)
            let code = Int(response.status.code)
            throw StatusError(json: Self.value(body, code: code), code: code)
        }
        return response.body
    }

    private func execute(_ request: APIRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        let query = request.query
        var message = HTTPClientRequest(url: self.server + request.path + (query.isEmpty ? "" : "?\(query)"))
        message.method = .RAW(value: request.method)
        message.headers.add(name: "Accept", value: "application/json")
        message.headers.add(name: "User-Agent", value: "seatrial")
        if let token = self.token { message.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body = request.body {
            let type = request.verb == .patch ? (request.patchType ?? .merge).rawValue : "application/json"
            message.headers.add(name: "Content-Type", value: type)
            message.body = .bytes(JSONWriter(escapesHTML: false).withBytes(of: body) { ByteBuffer(bytes: $0) })
        }
        return try await self.client.execute(message, timeout: timeout)
    }

    /// The body as JSON. What is none (a proxy's page, plain text) becomes a `Status`, so that callers see one form.
    private static func value(_ body: ByteBuffer, code: Int) -> JSONValue {
        if let value = try? body.withUnsafeReadableBytes(JSONParser().parse).value { return value }
        let text = String(buffer: body)
        guard code >= 400 else { return .string(text) }
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(text), "code": .integer(Int64(code)),
        ]
    }

    /// `299 - "text"` without what surrounds the text.
    private static func warningText(_ header: String) -> String {
        guard let open = header.firstIndex(of: "\""), let close = header.lastIndex(of: "\""), open < close else {
            return header
        }
        return String(header[header.index(after: open)..<close]).replacing("\\\"", with: "\"").replacing(
            "\\\\",
            with: "\\"
        )
    }

    private static func tls(_ kubeconfig: Kubeconfig) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        if kubeconfig.skipsTLSVerification { tls.certificateVerification = .none }
        if let authority = kubeconfig.certificateAuthority {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authority.utf8)))
        }
        if let certificate = kubeconfig.clientCertificate, let key = kubeconfig.clientKey {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        }
        return tls
    }
}
