// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Reaches the kubelets' own HTTP servers.
public protocol KubeletConnector: Sendable {
    /// Opens `GET target` at a kubelet.
    /// - Parameters:
    ///   - address: the node's address.
    ///   - port: the kubelet's port.
    ///   - target: path and query, percent-encoded.
    /// - Throws: when the kubelet cannot be reached.
    func open(address: String, port: Int, target: String) async throws -> KubeletAnswer
}

/// What a kubelet answers: a head, and a body that may go on for as long as it likes.
public struct KubeletAnswer: Sendable {
    /// The HTTP status code.
    public var status: Int
    /// The body.
    public var body: AsyncThrowingStream<ByteBuffer, any Error>

    /// An answer.
    public init(status: Int, body: AsyncThrowingStream<ByteBuffer, any Error>) {
        self.status = status
        self.body = body
    }
}
