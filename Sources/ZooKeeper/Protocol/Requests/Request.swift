// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What a client with a session asks.
package enum Request: Hashable, Sendable {
    case create(CreateRequest)
    case delete(path: String, version: Int32)
    case exists(path: String, watch: Bool)
    case getData(path: String, watch: Bool)
    case setData(path: String, data: ByteBuffer, version: Int32)
    case getACL(path: String)
    case setACL(path: String, acl: [ACL], version: Int32)
    /// `withStat` is the kind 12 of later clients.
    case getChildren(path: String, watch: Bool, withStat: Bool)
    case sync(path: String)
    case ping
    case check(path: String, version: Int32)
    case multi([Request])
    case multiRead([Request])
    case auth(scheme: String, credentials: ByteBuffer)
    case setWatches(SetWatchesRequest)
    case checkWatches(path: String, type: WatcherType)
    case removeWatches(path: String, type: WatcherType)
    case addWatch(path: String, mode: WatchMode)
    case getEphemerals(prefix: String)
    case getAllChildrenNumber(path: String)
    case whoAmI
    case closeSession
    /// A kind this server does not know.
    case unknown(OpCode)
    /// A known kind whose body could not be read.
    case malformed(OpCode)

    /// Which watches a client wants removed.
    package enum WatcherType: Int32, Hashable, Sendable {
        case children = 1
        case data = 2
        case any = 3
        case persistent = 4
        case persistentRecursive = 5
    }

    /// The watches of 3.6 and later, which stay when they fire.
    package enum WatchMode: Int32, Hashable, Sendable {
        case persistent = 0
        case persistentRecursive = 1
    }

    /// Whether it goes through the leader and the log.
    package var isWrite: Bool {
        switch self {
        case .create, .delete, .setData, .setACL, .check, .multi, .closeSession: true
        case .exists, .getData, .getACL, .getChildren, .sync, .ping, .multiRead, .auth, .setWatches, .checkWatches,
            .removeWatches, .addWatch, .getEphemerals, .getAllChildrenNumber, .whoAmI, .unknown, .malformed:
            false
        }
    }
}

/// Creates a node.
package struct CreateRequest: Hashable, Sendable {
    /// How long the node lives and whether its name gets a number.
    package struct Flags: RawRepresentable, Hashable, Sendable {
        package var rawValue: Int32
        package init(rawValue: Int32) { self.rawValue = rawValue }
        package static let persistent = Flags(rawValue: 0)
        package static let ephemeral = Flags(rawValue: 1)
        package static let persistentSequential = Flags(rawValue: 2)
        package static let ephemeralSequential = Flags(rawValue: 3)

        /// Whether the node lives with its session.
        package var isEphemeral: Bool { self == .ephemeral || self == .ephemeralSequential }
        /// Whether its name gets a number.
        package var isSequential: Bool { self == .persistentSequential || self == .ephemeralSequential }
        /// Whether this server knows it (containers and nodes with a time to live it does not).
        package var isSupported: Bool { (0...3).contains(self.rawValue) }
    }

    /// The path, of which a sequential node's is the beginning.
    package var path: String
    /// The node's data.
    package var data: ByteBuffer
    /// Who may do what with it.
    package var acl: [ACL]
    /// The node's kind.
    package var flags: Flags
    /// Whether the answer holds the node's ``Stat`` (kind 15).
    package var withStat: Bool

    /// A request.
    package init(
        path: String,
        data: ByteBuffer = ByteBuffer(),
        acl: [ACL] = ACL.open,
        flags: Flags = .persistent,
        withStat: Bool = false
    ) {
        self.path = path
        self.data = data
        self.acl = acl
        self.flags = flags
        self.withStat = withStat
    }
}

/// What a client that has come back wants watched again.
package struct SetWatchesRequest: Hashable, Sendable {
    /// The last transaction the client has seen: what changed later fires at once.
    package var relativeZxid: Zxid
    /// Watches on nodes that existed.
    package var data: [String] = []
    /// Watches on nodes that did not.
    package var exist: [String] = []
    /// Watches on children.
    package var children: [String] = []
    /// Watches that stay.
    package var persistent: [String] = []
    /// Watches that stay, on whole subtrees.
    package var persistentRecursive: [String] = []

    /// A request without watches.
    package init(relativeZxid: Zxid) {
        self.relativeZxid = relativeZxid
    }
}
