// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import ZooKeeperProtocol

/// The watches of this member's clients.
package struct WatchTable: Hashable, Sendable {
    /// What a watch waits for.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// The node's creation, change or deletion; gone when it fires.
        case data
        /// A change of the node's children, or its deletion; gone when it fires.
        case children
        /// All of these, for ever.
        case persistent
        /// Creation, change and deletion of the node and of everything below it, for ever.
        case persistentRecursive
    }

    private struct Key: Hashable, Sendable {
        var kind: Kind
        var path: String
    }

    private var watchers: [Key: Set<ConnectionID>] = [:]
    private var keys: [ConnectionID: Set<Key>] = [:]
    private var recursiveCount = 0

    /// No watches.
    package init() {}

    /// How many watches there are.
    package var count: Int { self.keys.values.reduce(0) { $0 + $1.count } }

    /// Sets a watch; setting it twice is setting it once.
    package mutating func add(_ kind: Kind, _ path: String, for client: ConnectionID) {
        let key = Key(kind: kind, path: path)
        guard self.keys[client, default: []].insert(key).inserted else { return }
        self.watchers[key, default: []].insert(client)
        if kind == .persistentRecursive { self.recursiveCount += 1 }
    }

    /// Whether the client has such a watch.
    package func contains(_ kind: Kind, _ path: String, of client: ConnectionID) -> Bool {
        self.keys[client]?.contains(Key(kind: kind, path: path)) ?? false
    }

    /// Removes a watch.
    package mutating func remove(_ kind: Kind, _ path: String, of client: ConnectionID) {
        self.remove(Key(kind: kind, path: path), of: client)
    }

    /// Removes all watches of a client that has gone.
    package mutating func removeAll(of client: ConnectionID) {
        for key in self.keys[client] ?? [] { self.remove(key, of: client) }
    }

    /// The clients to tell of a change, in a fixed order; watches that fire once are gone afterwards.
    package mutating func fire(_ event: WatchEvent) -> [ConnectionID] {
        if self.keys.isEmpty { return [] }
        var clients: Set<ConnectionID> = []
        switch event.kind {
        case .created, .dataChanged:
            self.take(.data, event.path, into: &clients)
        case .childrenChanged:
            self.take(.children, event.path, into: &clients)
        case .deleted:
            self.take(.data, event.path, into: &clients)
            self.take(.children, event.path, into: &clients)
        }
        clients.formUnion(self.watchers[Key(kind: .persistent, path: event.path)] ?? [])
        if event.kind != .childrenChanged, self.recursiveCount > 0 {
            var path = event.path
            while true {
                clients.formUnion(self.watchers[Key(kind: .persistentRecursive, path: path)] ?? [])
                if path == "/" { break }
                path = NodePath.parent(of: path)
            }
        }
        return clients.sorted()
    }

    private mutating func take(_ kind: Kind, _ path: String, into clients: inout Set<ConnectionID>) {
        let key = Key(kind: kind, path: path)
        for client in self.watchers[key] ?? [] {
            clients.insert(client)
            self.remove(key, of: client)
        }
    }

    private mutating func remove(_ key: Key, of client: ConnectionID) {
        guard self.keys[client]?.remove(key) != nil else { return }
        if self.keys[client]?.isEmpty == true { self.keys[client] = nil }
        self.watchers[key]?.remove(client)
        if self.watchers[key]?.isEmpty == true { self.watchers[key] = nil }
        if key.kind == .persistentRecursive { self.recursiveCount -= 1 }
    }
}
