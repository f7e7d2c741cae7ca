// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper

/// What a ZooKeeper server knows about a node beside its data.
public struct NodeStat: Hashable, Sendable {
    /// The transaction that created the node.
    public var czxid: Int64
    /// The transaction that last set its data.
    public var mzxid: Int64
    /// The transaction that last added or removed a child.
    public var pzxid: Int64
    /// When it was created, in milliseconds since 1970.
    public var createdMs: Int64
    /// When its data was last set, in milliseconds since 1970.
    public var modifiedMs: Int64
    /// How often its data was set.
    public var version: Int32
    /// How often children were added or removed.
    public var childVersion: Int32
    /// How often its access list was set.
    public var aclVersion: Int32
    /// The session that owns it, 0 for a persistent node.
    public var ephemeralOwner: Int64
    /// The size of its data in bytes.
    public var dataLength: Int32
    /// How many children it has.
    public var childCount: Int32

    init(_ stat: CZooKeeper.Stat) {
        self.czxid = stat.czxid
        self.mzxid = stat.mzxid
        self.pzxid = stat.pzxid
        self.createdMs = stat.ctime
        self.modifiedMs = stat.mtime
        self.version = stat.version
        self.childVersion = stat.cversion
        self.aclVersion = stat.aversion
        self.ephemeralOwner = stat.ephemeralOwner
        self.dataLength = stat.dataLength
        self.childCount = stat.numChildren
    }
}
