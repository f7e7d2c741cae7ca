// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// One operation of a multi: all happen or none.
public enum MultiOperation: Hashable, Sendable {
    /// Create a node.
    case create(path: String, data: ByteBuffer, mode: CreateMode)
    /// Set a node's data if it has that version (-1: any).
    case set(path: String, data: ByteBuffer, version: Int32)
    /// Delete a node if it has that version (-1: any).
    case delete(path: String, version: Int32)
    /// Only check that a node has that version.
    case check(path: String, version: Int32)

    /// The path the operation is about.
    public var path: String {
        switch self {
        case .create(let path, _, _), .set(let path, _, _), .delete(let path, _), .check(let path, _): path
        }
    }
}

/// What one operation of a multi did.
public enum MultiResult: Hashable, Sendable {
    /// Created, with the name the server chose.
    case created(path: String)
    /// Set.
    case set(NodeStat)
    /// Deleted.
    case deleted
    /// The version was right.
    case checked
}
