// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a broker asks of its ZooKeeper session. Requests of one session are answered in order.
///
/// A node's data is text: everything Kafka keeps in ZooKeeper is JSON or a plain number.
package enum ZooKeeperRequest: Hashable, Sendable {
    /// One write, or a check of a version; several of them make a multi.
    package enum Write: Hashable, Sendable {
        case create(path: String, data: String, ephemeral: Bool)
        case set(path: String, data: String, version: Int32)
        case delete(path: String, version: Int32)
        case check(path: String, version: Int32)
    }

    /// Creates a node.
    case create(path: String, data: String, ephemeral: Bool)
    /// Sets a node's data if it has that version (-1: any).
    case set(path: String, data: String, version: Int32)
    /// Deletes a node if it has that version (-1: any).
    case delete(path: String, version: Int32)
    /// Reads a node's data; a watch fires once, at its next change or deletion.
    case get(path: String, watch: Bool)
    /// Reads whether a node exists; a watch also fires at its creation.
    case exists(path: String, watch: Bool)
    /// Lists a node's children, sorted; a watch fires once, when one is added or removed.
    case children(path: String, watch: Bool)
    /// All of the writes or none.
    case multi([Write])

    /// The path it is about; the first one's of a multi.
    package var path: String {
        switch self {
        case .create(let path, _, _), .set(let path, _, _), .delete(let path, _), .get(let path, _),
            .exists(let path, _), .children(let path, _):
            path
        case .multi(let writes): writes.first?.path ?? "/"
        }
    }
}

extension ZooKeeperRequest.Write {
    package var path: String {
        switch self {
        case .create(let path, _, _), .set(let path, _, _), .delete(let path, _), .check(let path, _): path
        }
    }
}

/// What Kafka needs to know of a node beside its data.
package struct ZooKeeperStat: Hashable, Sendable {
    /// The transaction that created the node; of a broker's registration this is the broker's epoch (KIP-380).
    package var czxid: Int64
    /// The transaction that last set its data.
    package var mzxid: Int64
    /// How often its data was set.
    package var version: Int32
    /// The session that owns it, 0 for a persistent node.
    package var ephemeralOwner: Int64

    package init(czxid: Int64, mzxid: Int64, version: Int32, ephemeralOwner: Int64 = 0) {
        self.czxid = czxid
        self.mzxid = mzxid
        self.version = version
        self.ephemeralOwner = ephemeralOwner
    }
}

/// What ZooKeeper answered.
package enum ZooKeeperReply: Hashable, Sendable {
    /// The write was done; a create tells the node's stat where the server gives it.
    case done
    /// The node's data and stat.
    case data(String, ZooKeeperStat)
    /// The node exists, or was set.
    case stat(ZooKeeperStat)
    /// The children's names, sorted.
    case children([String])
    /// Nothing was done, or (after a connection loss) it is unknown whether it was.
    case failure(ZooKeeperFailure)
}

/// Why ZooKeeper did not do what was asked.
package enum ZooKeeperFailure: Hashable, Sendable, Error {
    case noNode
    case nodeExists
    case badVersion
    case notEmpty
    /// The connection went before the answer came: a write may have happened.
    case connectionLoss
    case sessionExpired
    /// Any other of ZooKeeper's codes.
    case other(Int32)
}

/// What a ZooKeeper session tells its broker.
package enum ZooKeeperEvent: Hashable, Sendable {
    /// Connected, for the first time or again; the id changes only with a new session.
    case connected(sessionID: Int64)
    /// The connection is gone; the session may live on.
    case disconnected
    /// The session has ended: its ephemeral nodes are gone. The shell opens a new one by itself.
    case expired
    /// The answer to a request.
    case reply(ZooKeeperPurpose, ZooKeeperReply)
    /// A watch fired on that path.
    case changed(path: String)
}
