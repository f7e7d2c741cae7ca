// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections
package import ZooKeeperProtocol

extension DataTree {
    /// What applying a transaction came to.
    package struct Outcome: Hashable, Sendable {
        /// What the client that asked for it is answered.
        package var response = Response.empty
        /// What watches may be waiting for, in order.
        package var changes: [WatchEvent] = []
    }

    /// Applies an entry: the only way this state changes.
    package mutating func apply(_ entry: LogEntry) -> Outcome {
        self.zxid = max(self.zxid, entry.zxid)
        return self.apply(entry.transaction, of: entry)
    }

    /// A planted defect, see ``MemberConfiguration/Defect/keepEphemerals``.
    mutating func applyKeepingEphemerals(_ entry: LogEntry) -> Outcome {
        self.zxid = max(self.zxid, entry.zxid)
        self.sessions[entry.session] = nil
        return Outcome()
    }

    private mutating func apply(_ transaction: Transaction, of entry: LogEntry) -> Outcome {
        switch transaction {
        case .openEpoch, .check:
            return Outcome()
        case .openSession(let timeoutMs, let password):
            self.sessions[entry.session] = Session(timeoutMs: timeoutMs, password: password)
            return Outcome()
        case .closeSession:
            var outcome = Outcome()
            for path in self.sessions[entry.session]?.ephemerals.sorted() ?? [] {
                outcome.changes += self.remove(path, zxid: entry.zxid)
            }
            self.sessions[entry.session] = nil
            return outcome
        case .create(let path, let data, let acl, let isEphemeral, let withStat):
            var node = Node()
            node.data = data
            node.acl = acl
            (node.czxid, node.mzxid, node.pzxid) = (entry.zxid, entry.zxid, entry.zxid)
            (node.ctime, node.mtime) = (entry.timeMs, entry.timeMs)
            node.owner = isEphemeral ? entry.session : .none
            self.nodes[path] = node
            if isEphemeral { self.sessions[entry.session]?.ephemerals.insert(path) }
            let parent = NodePath.parent(of: path)
            self.change(parent) { parent in
                parent.children.insert(NodePath.name(of: path))
                parent.childrenCreated += 1
                parent.pzxid = entry.zxid
            }
            return Outcome(
                response: withStat ? .pathAndStat(path, node.stat) : .path(path),
                changes: [WatchEvent(.created, path), WatchEvent(.childrenChanged, parent)]
            )
        case .delete(let path):
            return Outcome(changes: self.remove(path, zxid: entry.zxid))
        case .setData(let path, let data):
            self.change(path) { node in
                node.data = data
                node.version += 1
                node.mzxid = entry.zxid
                node.mtime = entry.timeMs
            }
            return Outcome(response: self.statResponse(path), changes: [WatchEvent(.dataChanged, path)])
        case .setACL(let path, let acl):
            self.change(path) { node in
                node.acl = acl
                node.aversion += 1
            }
            return Outcome(response: self.statResponse(path))
        case .multi(let transactions):
            var outcome = Outcome()
            var results: [MultiResult] = []
            for transaction in transactions {
                let part = self.apply(transaction, of: entry)
                outcome.changes += part.changes
                results.append(.done(transaction.operationKind, part.response))
            }
            outcome.response = .results(results)
            return outcome
        }
    }

    private mutating func remove(_ path: String, zxid: Zxid) -> [WatchEvent] {
        guard let node = self.nodes.removeValue(forKey: path) else { return [] }
        if node.owner != .none { self.sessions[node.owner]?.ephemerals.remove(path) }
        let parent = NodePath.parent(of: path)
        self.change(parent) { parent in
            parent.children.remove(NodePath.name(of: path))
            parent.pzxid = zxid
        }
        return [WatchEvent(.deleted, path), WatchEvent(.childrenChanged, parent)]
    }

    private mutating func change(_ path: String, _ body: (inout Node) -> Void) {
        guard self.nodes[path] != nil else { return }
        // In place: taking the node out and putting it back would copy its children's root.
        body(&self.nodes[path, default: Node()])
    }

    private func statResponse(_ path: String) -> Response {
        self.nodes[path].map { .stat($0.stat) } ?? .empty
    }
}

extension Transaction {
    /// The kind that a multi's result is marked with.
    fileprivate var operationKind: OpCode {
        switch self {
        case .create(_, _, _, _, let withStat): withStat ? .create2 : .create
        case .delete: .delete
        case .setData: .setData
        case .check: .check
        case .openEpoch, .openSession, .closeSession, .setACL, .multi: .error
        }
    }
}
