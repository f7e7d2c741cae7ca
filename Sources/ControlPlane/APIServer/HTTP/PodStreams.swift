// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Serves exec, attach and port-forward once a client has upgraded to WebSocket.
public protocol PodStreamHandler: Sendable {
    /// Serves one client; the connection is closed when this returns.
    func serve(_ request: PodStreamRequest, over connection: WebSocketConnection) async throws
}

/// What a client wants of a pod by WebSocket.
public struct PodStreamRequest: Hashable, Sendable {
    /// `exec`, `attach` or `portforward`.
    public var subresource: String
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// The query as it came, percent-encoded: `command=ls&stdout=true`. Names repeat.
    public var query: String
    /// The protocol both sides know, such as `v5.channel.k8s.io`.
    public var streamProtocol: String

    /// The subresources that are streams.
    static let subresources = ["exec", "attach", "portforward"]
    /// The protocol in which kubectl forwards ports: SPDY frames in binary messages.
    static let tunnel = "SPDY/3.1+portforward.k8s.io"

    /// The protocols that are spoken for a subresource, best first.
    private static func protocols(for subresource: String) -> [String] {
        subresource == "portforward" ? [Self.tunnel] : ["v5.channel.k8s.io", "v4.channel.k8s.io"]
    }

    /// A request from the head of an upgrade; nil when it is for something else.
    init?(_ head: HTTPRequestHead) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/").map(String.init)
        guard segments.count == 7, segments[0] == "api", segments[1] == "v1", segments[2] == "namespaces",
            segments[4] == "pods", Self.subresources.contains(segments[6])
        else { return nil }
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
        let spoken = Self.protocols(for: segments[6])
        guard let chosen = spoken.first(where: { offered.contains(Substring($0)) }) else { return nil }
        self.subresource = segments[6]
        self.namespace = segments[3]
        self.pod = segments[5]
        self.query = parts.count > 1 ? String(parts[1]) : ""
        self.streamProtocol = chosen
    }

    /// A request that has come over HTTP without an upgrade.
    init(subresource: String, namespace: String, pod: String, query: String) {
        self.subresource = subresource
        self.namespace = namespace
        self.pod = pod
        self.query = query
        self.streamProtocol = ""
    }
}

/// Serves the streams of pods at the kubelets that an ``APIServer`` was given.
struct PodStreams: PodStreamHandler {
    let server: APIServer

    func serve(_ request: PodStreamRequest, over connection: WebSocketConnection) async throws {
        let stream = try self.server.openStream(request)
        switch stream {
        case .exec(let target, let options, let streamer):
            try await ChannelSession(connection: connection, options: options).run { streams in
                try await streamer.exec(options.command, in: target, streams: streams)
            }
        case .attach(let target, let options, let streamer):
            try await ChannelSession(connection: connection, options: options).run { streams in
                try await streamer.attach(to: target, streams: streams)
            }
        case .portForward(let address):
            try await PortForwardSession(connection: connection, address: address).run()
        }
    }
}
