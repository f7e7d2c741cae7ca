// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

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

    /// The protocols that are spoken, best first.
    static let protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "SPDY/3.1+portforward.k8s.io"]

    /// A request from the head of an upgrade; nil when it is for something else.
    init?(_ head: HTTPRequestHead) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = parts[0].split(separator: "/").map(String.init)
        guard segments.count == 7, segments[0] == "api", segments[1] == "v1", segments[2] == "namespaces",
            segments[4] == "pods", ["exec", "attach", "portforward"].contains(segments[6])
        else { return nil }
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
        guard let chosen = Self.protocols.first(where: { offered.contains(Substring($0)) }) else { return nil }
        self.subresource = segments[6]
        self.namespace = segments[3]
        self.pod = segments[5]
        self.query = parts.count > 1 ? String(parts[1]) : ""
        self.streamProtocol = chosen
    }
}
