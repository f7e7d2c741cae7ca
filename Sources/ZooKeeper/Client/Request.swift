// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

extension ZooKeeperClient {
    /// What can be asked of an ensemble.
    public enum Request: Hashable, Sendable {
        /// Create a node. Answered by ``Reply/created(path:stat:)`` without a stat.
        case create(path: String, data: ByteBuffer, mode: CreateMode)
        /// Create a node and get its stat; servers before 3.5 do not know this.
        case create2(path: String, data: ByteBuffer, mode: CreateMode)
        /// Delete a node if it has that version (-1: any).
        case delete(path: String, version: Int32)
        /// Whether a node exists. A watch fires at its creation, change or deletion.
        case exists(path: String)
        /// A node's data. A watch fires at its change or deletion.
        case get(path: String)
        /// Set a node's data if it has that version (-1: any).
        case set(path: String, data: ByteBuffer, version: Int32)
        /// A node's children. A watch fires when one is added or removed, and at the node's deletion.
        case children(path: String)
        /// Let the connected server catch up with the leader; what is read afterwards is at least as new as this call.
        case sync(path: String)
        /// All of these or none.
        case multi([MultiOperation])

        /// The path that errors name.
        public var path: String {
            switch self {
            case .create(let path, _, _), .create2(let path, _, _), .delete(let path, _), .exists(let path),
                .get(let path), .set(let path, _, _), .children(let path), .sync(let path):
                path
            case .multi(let operations):
                operations.map(\.path).joined(separator: " ")
            }
        }

        /// The operation's name that errors give.
        public var name: String {
            switch self {
            case .create, .create2: "create"
            case .delete: "delete"
            case .exists: "exists"
            case .get: "get"
            case .set: "set"
            case .children: "children"
            case .sync: "sync"
            case .multi: "multi"
            }
        }
    }

    /// What an ensemble answered.
    public enum Reply: Hashable, Sendable {
        /// Created, with the name the server chose; the stat only when it was asked for.
        case created(path: String, stat: NodeStat?)
        /// Deleted.
        case deleted
        /// The node's stat, nil when it does not exist.
        case exists(NodeStat?)
        /// The node's data and stat.
        case data(ByteBuffer, NodeStat)
        /// Set, with the new stat.
        case set(NodeStat)
        /// The children's names, sorted, and the node's stat.
        case children([String], NodeStat)
        /// The server has caught up.
        case synced
        /// What each operation did.
        case multi([MultiResult])
    }
}
