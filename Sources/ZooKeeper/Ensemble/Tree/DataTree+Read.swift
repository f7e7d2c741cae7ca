// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections
import NIOCore
package import ZooKeeperProtocol

extension DataTree {
    /// Answers a request that changes nothing. Watches are the caller's business.
    /// - Throws: ``Refusal`` with ZooKeeper's error.
    package func read(_ request: Request) throws(Refusal) -> Response {
        switch request {
        case .exists(let path, _): return .stat(try self.node(path).stat)
        case .getData(let path, _):
            let node = try self.node(path, allowing: .read)
            return .data(node.data, node.stat)
        case .getACL(let path):
            let node = try self.node(path)
            return .acl(node.acl, node.stat)
        case .getChildren(let path, _, let withStat):
            let node = try self.node(path, allowing: .read)
            let names = node.children.sorted()
            return withStat ? .childrenAndStat(names, node.stat) : .children(names)
        case .getAllChildrenNumber(let path):
            return .number(Int32(truncatingIfNeeded: try self.descendants(of: path)))
        case .multiRead(let requests):
            return .results(requests.map(self.readOperation))
        case .whoAmI:
            return .identities([Response.Identity(scheme: "world", id: "anyone")])
        case .create, .delete, .setData, .setACL, .sync, .ping, .check, .multi, .auth, .setWatches, .checkWatches,
            .removeWatches, .addWatch, .getEphemerals, .closeSession, .unknown:
            throw Refusal(.unimplemented)
        case .malformed:
            throw Refusal(.marshallingError)
        }
    }

    /// A session's ephemeral nodes below a path, sorted.
    package func ephemerals(of session: SessionID, below prefix: String) -> [String] {
        self.sessions[session]?.ephemerals.filter { $0.hasPrefix(prefix) }.sorted() ?? []
    }

    /// Whether there is a session of that id.
    package func isOpen(_ session: SessionID) -> Bool { self.sessions[session] != nil }

    /// All nodes, sorted by path.
    package var everything: [(path: String, node: Stat)] {
        self.nodes.keys.sorted().compactMap { path in self.nodes[path].map { (path, $0.stat) } }
    }

    private func node(_ path: String, allowing permission: ACL.Permissions? = nil) throws(Refusal) -> Node {
        guard NodePath.isValid(path) else { throw Refusal(.badArguments) }
        guard let node = self.nodes[path] else { throw Refusal(.noNode) }
        if let permission { try self.check(node, allows: permission) }
        return node
    }

    private func readOperation(_ request: Request) -> MultiResult {
        do {
            return .done(request.kind, try self.read(request))
        } catch {
            return .failed(error.error)
        }
    }

    private func descendants(of path: String) throws(Refusal) -> Int {
        var count = 0
        var paths = [path]
        while let path = paths.popLast() {
            let children = try self.node(path).children
            count += children.count
            paths += children.map { NodePath.child($0, of: path) }
        }
        return count
    }
}
