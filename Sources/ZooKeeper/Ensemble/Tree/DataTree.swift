// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import HashTreeCollections
package import NIOCore
package import ZooKeeperProtocol

/// The replicated state: nodes and sessions after a prefix of the transactions.
///
/// Copies share what they have in common, so that a leader keeps one for what it has decided beside the one for what
/// is committed, and a snapshot is a copy.
package struct DataTree: Hashable, Sendable {
    /// A node.
    package struct Node: Hashable, Sendable {
        var data = ByteBuffer()
        var acl = ACL.open
        var czxid = Zxid.zero
        var mzxid = Zxid.zero
        var pzxid = Zxid.zero
        var ctime: Int64 = 0
        var mtime: Int64 = 0
        var version: Int32 = 0
        var aversion: Int32 = 0
        /// How many children were ever created: numbers sequential ones.
        var childrenCreated: Int32 = 0
        var owner = SessionID.none
        var children: TreeSet<String> = []

        /// What clients are told about the node.
        package var stat: Stat {
            var stat = Stat()
            stat.czxid = self.czxid
            stat.mzxid = self.mzxid
            stat.pzxid = self.pzxid
            stat.ctime = self.ctime
            stat.mtime = self.mtime
            stat.version = self.version
            // Creations and deletions of children, from the number of creations and of those that are left.
            stat.cversion = self.childrenCreated &* 2 &- Int32(truncatingIfNeeded: self.children.count)
            stat.aversion = self.aversion
            stat.ephemeralOwner = self.owner
            stat.dataLength = Int32(self.data.readableBytes)
            stat.numChildren = Int32(self.children.count)
            return stat
        }
    }

    /// A session.
    package struct Session: Hashable, Sendable {
        /// The timeout that the client was granted, in milliseconds.
        package var timeoutMs: Int32
        /// What the client proves itself with.
        package var password: ByteBuffer
        /// The paths of its ephemeral nodes.
        package var ephemerals: TreeSet<String> = []
    }

    /// The last transaction applied.
    package internal(set) var zxid = Zxid.zero
    package internal(set) var nodes: TreeDictionary<String, Node>
    /// The sessions that are open.
    package internal(set) var sessions: TreeDictionary<SessionID, Session> = [:]

    /// The tree that every ensemble starts from.
    package init() {
        var root = Node()
        root.children = ["zookeeper"]
        var zookeeper = Node()
        zookeeper.children = ["config", "quota"]
        self.nodes = ["/": root, "/zookeeper": zookeeper, "/zookeeper/config": Node(), "/zookeeper/quota": Node()]
    }

    /// A node, if it exists.
    package subscript(path path: String) -> Node? { self.nodes[path] }
}
