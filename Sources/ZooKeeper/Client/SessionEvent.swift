// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What happened to a client's session. Events come in order, on a thread that must not be held up.
public enum SessionEvent: Hashable, Sendable {
    /// The connection is gone (or not there yet); the session may live on and the client looks for another server.
    case disconnected
    /// Connected. The session id is the same as before unless this is the first time.
    case connected(sessionID: Int64)
    /// The server has ended the session: its ephemeral nodes are gone and this client is of no further use.
    case expired
    /// The server refused the credentials; this client is of no further use.
    case authenticationFailed
    /// The client was closed; nothing follows.
    case closed
}
