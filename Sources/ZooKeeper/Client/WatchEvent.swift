// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a watch saw. A watch fires once.
public struct WatchEvent: Hashable, Sendable {
    /// The kinds of change, and the two ways in which a watch ends without one.
    public enum Kind: Hashable, Sendable {
        /// The node was created.
        case created
        /// The node was deleted.
        case deleted
        /// The node's data was set.
        case changed
        /// A child was added or removed.
        case children
        /// The session ended before the watch fired: read again with a new client.
        case sessionEnded
    }

    /// What happened.
    public var kind: Kind
    /// The watched path, as the client named it.
    public var path: String

    /// An event on a path.
    public init(kind: Kind, path: String) {
        self.kind = kind
        self.path = path
    }
}
