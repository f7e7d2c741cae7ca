// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster

/// ZooKeeper as its clients may rely on it: one tree, writes one after the other, sessions that end when nobody is heard
/// of, watches that fire once. What happens to the members of an ensemble is simulated elsewhere.
struct ModelZooKeeper {
    struct Node {
        var data: String
        var stat: ZooKeeperStat
    }

    /// A watch by the session that set it.
    struct Watch: Hashable {
        var session: Int64
        var path: String
    }

    private(set) var nodes: [String: Node] = ["/": Node(data: "", stat: ZooKeeperStat(czxid: 0, mzxid: 0, version: 0))]
    private var dataWatches: [String: [Int64]] = [:]
    private var childWatches: [String: [Int64]] = [:]
    private var zxid: Int64 = 0
    private(set) var sessions: Set<Int64> = []
    private var lastSession: Int64 = 0

    mutating func openSession() -> Int64 {
        self.lastSession += 1
        self.sessions.insert(self.lastSession)
        return self.lastSession
    }

    /// Ends a session: its ephemeral nodes go. Returns the watches that fire.
    mutating func endSession(_ session: Int64) -> [Watch] {
        guard self.sessions.remove(session) != nil else { return [] }
        for path in self.dataWatches.keys { self.dataWatches[path]?.removeAll { $0 == session } }
        for path in self.childWatches.keys { self.childWatches[path]?.removeAll { $0 == session } }
        var fired: [Watch] = []
        for path in self.nodes.keys.filter({ self.nodes[$0]?.stat.ephemeralOwner == session }).sorted() {
            self.zxid += 1
            self.remove(path, &fired)
        }
        return fired
    }

    /// Performs a request of a session; returns the answer and the watches that fire before it.
    mutating func perform(_ request: ZooKeeperRequest, session: Int64) -> (ZooKeeperReply, [Watch]) {
        guard self.sessions.contains(session) else { return (.failure(.sessionExpired), []) }
        switch request {
        case .create(let path, let data, let ephemeral):
            return self.write([.create(path: path, data: data, ephemeral: ephemeral)], session)
        case .set(let path, let data, let version):
            let (reply, fired) = self.write([.set(path: path, data: data, version: version)], session)
            guard reply == .done, let stat = self.nodes[path]?.stat else { return (reply, fired) }
            return (.stat(stat), fired)
        case .delete(let path, let version):
            return self.write([.delete(path: path, version: version)], session)
        case .multi(let writes):
            return self.write(writes, session)
        case .get(let path, let watch):
            guard let node = self.nodes[path] else { return (.failure(.noNode), []) }
            if watch { Self.add(session, to: &self.dataWatches[path, default: []]) }
            return (.data(node.data, node.stat), [])
        case .exists(let path, let watch):
            if watch { Self.add(session, to: &self.dataWatches[path, default: []]) }
            guard let node = self.nodes[path] else { return (.failure(.noNode), []) }
            return (.stat(node.stat), [])
        case .children(let path, let watch):
            guard self.nodes[path] != nil else { return (.failure(.noNode), []) }
            if watch { Self.add(session, to: &self.childWatches[path, default: []]) }
            return (.children(self.children(of: path)), [])
        }
    }

    private static func add(_ session: Int64, to watches: inout [Int64]) {
        if !watches.contains(session) { watches.append(session) }
    }

    private func children(of path: String) -> [String] {
        let prefix = path == "/" ? "/" : path + "/"
        return self.nodes.keys.filter {
            $0.hasPrefix(prefix) && $0 != path && !$0.dropFirst(prefix.count).contains("/")
        }
        .map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// All of the writes or none, in one transaction.
    private mutating func write(_ writes: [ZooKeeperRequest.Write], _ session: Int64) -> (ZooKeeperReply, [Watch]) {
        let before = self
        self.zxid += 1
        var fired: [Watch] = []
        for write in writes {
            if let failure = self.apply(write, session, &fired) {
                let zxid = self.zxid
                self = before
                self.zxid = zxid
                return (.failure(failure), [])
            }
        }
        return (.done, fired)
    }

    private mutating func apply(
        _ write: ZooKeeperRequest.Write,
        _ session: Int64,
        _ fired: inout [Watch]
    ) -> ZooKeeperFailure? {
        switch write {
        case .create(let path, let data, let ephemeral):
            guard self.nodes[path] == nil else { return .nodeExists }
            guard self.nodes[Self.parent(of: path)] != nil else { return .noNode }
            let owner = ephemeral ? session : 0
            let stat = ZooKeeperStat(czxid: self.zxid, mzxid: self.zxid, version: 0, ephemeralOwner: owner)
            self.nodes[path] = Node(data: data, stat: stat)
            self.fire(&self.dataWatches, path, &fired)
            self.fire(&self.childWatches, Self.parent(of: path), &fired)
        case .set(let path, let data, let version):
            guard let node = self.nodes[path] else { return .noNode }
            guard version == -1 || version == node.stat.version else { return .badVersion }
            self.nodes[path]?.data = data
            self.nodes[path]?.stat.version += 1
            self.nodes[path]?.stat.mzxid = self.zxid
            self.fire(&self.dataWatches, path, &fired)
        case .delete(let path, let version):
            guard let node = self.nodes[path] else { return .noNode }
            guard version == -1 || version == node.stat.version else { return .badVersion }
            guard self.children(of: path).isEmpty else { return .notEmpty }
            self.remove(path, &fired)
        case .check(let path, let version):
            guard let node = self.nodes[path] else { return .noNode }
            guard version == -1 || version == node.stat.version else { return .badVersion }
        }
        return nil
    }

    private mutating func remove(_ path: String, _ fired: inout [Watch]) {
        self.nodes[path] = nil
        self.fire(&self.dataWatches, path, &fired)
        self.fire(&self.childWatches, path, &fired)
        self.fire(&self.childWatches, Self.parent(of: path), &fired)
    }

    private func fire(_ watches: inout [String: [Int64]], _ path: String, _ fired: inout [Watch]) {
        for session in watches.removeValue(forKey: path) ?? [] { fired.append(Watch(session: session, path: path)) }
    }
}
