// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON
public import NIOCore

/// How requests reach an API server: over HTTP (any cluster that a kubeconfig names) or in-process.
///
/// Both transports answer alike; one conformance test body runs over both.
public protocol KubernetesTransport: Sendable {
    /// Sends one request and returns the answer, failures included (as `Status` bodies with their code).
    /// - Throws: only when no answer could be had (connection refused, cancelled).
    func send(_ request: APIRequest) async throws -> APIResponse
    /// Opens a watch. Events come in resourceVersion order without a gap; a reader that falls more than
    /// 1,000 events behind is ended with an ``WatchEvent/error(_:)`` of code 410.
    /// - Throws: `StatusError` when the watch is refused.
    func watch(_ request: APIRequest) async throws -> AsyncThrowingStream<WatchEvent, any Error>
    /// Opens a stream of bytes (`pods/log`).
    /// - Throws: `StatusError` when it is refused.
    func stream(_ request: APIRequest) async throws -> AsyncThrowingStream<ByteBuffer, any Error>
}

/// One event of a watch.
public enum WatchEvent: Hashable, Sendable {
    /// An object that came into view.
    case added(JSONValue)
    /// An object that changed.
    case modified(JSONValue)
    /// An object that went out of view, in its last state.
    case deleted(JSONValue)
    /// Only `metadata.resourceVersion` counts: everything up to it has been delivered.
    case bookmark(JSONValue)
    /// The watch ended with this `Status` (410: list again).
    case error(JSONValue)
}
