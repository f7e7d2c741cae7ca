// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import HashTreeCollections
import NIOCore
import ZooKeeperProtocol

extension Member {
    /// Answers a request from this member's state, and sets its watch.
    mutating func read(_ request: Request, xid: Int32, for id: ConnectionID) {
        var reply = Reply(xid: xid, zxid: self.tree.zxid)
        switch request {
        case .setWatches(let watches):
            self.setWatches(watches, for: id)
        case .addWatch(let path, let mode):
            self.watches.add(mode == .persistent ? .persistent : .persistentRecursive, path, for: id)
            reply.body = .errorRecord(.ok)
        case .checkWatches(let path, let type), .removeWatches(let path, let type):
            let kinds = type.kinds.filter { self.watches.contains($0, path, of: id) }
            if kinds.isEmpty { reply.error = .noWatcher }
            if case .removeWatches = request {
                for kind in kinds { self.watches.remove(kind, path, of: id) }
            }
        case .getEphemerals(let prefix):
            let session = self.clients[id]?.session ?? .none
            reply.body = .children(self.tree.ephemerals(of: session, below: prefix))
        case .exists, .getData, .getACL, .getChildren, .multiRead, .getAllChildrenNumber, .whoAmI, .unknown, .malformed,
            .create, .delete, .setData, .setACL, .sync, .ping, .check, .multi, .auth, .closeSession:
            do {
                reply.body = try self.tree.read(request)
                self.setWatch(of: request, nodeExists: true, for: id)
            } catch {
                reply.error = error.error
                if error.error == .noNode { self.setWatch(of: request, nodeExists: false, for: id) }
            }
        }
        self.effects.append(.reply(id, .reply(reply)))
    }

    private mutating func setWatch(of request: Request, nodeExists: Bool, for id: ConnectionID) {
        switch request {
        case .exists(let path, watch: true): self.watches.add(.data, path, for: id)
        case .getData(let path, watch: true) where nodeExists: self.watches.add(.data, path, for: id)
        case .getChildren(let path, watch: true, _) where nodeExists: self.watches.add(.children, path, for: id)
        case .exists, .getData, .getChildren, .create, .delete, .setData, .getACL, .setACL, .sync, .ping, .check,
            .multi,
            .multiRead, .auth, .setWatches, .checkWatches, .removeWatches, .addWatch, .getEphemerals,
            .getAllChildrenNumber, .whoAmI, .closeSession, .unknown, .malformed:
            break
        }
    }

    /// Sets the watches of a client that has come back; what has changed since it left fires at once.
    private mutating func setWatches(_ watches: SetWatchesRequest, for id: ConnectionID) {
        for path in watches.data {
            if let node = self.tree[path: path] {
                if node.mzxid > watches.relativeZxid {
                    self.tell(id, WatchEvent(.dataChanged, path))
                } else {
                    self.watches.add(.data, path, for: id)
                }
            } else {
                self.tell(id, WatchEvent(.deleted, path))
            }
        }
        for path in watches.exist {
            if self.tree[path: path] != nil {
                self.tell(id, WatchEvent(.created, path))
            } else {
                self.watches.add(.data, path, for: id)
            }
        }
        for path in watches.children {
            if let node = self.tree[path: path] {
                if node.pzxid > watches.relativeZxid {
                    self.tell(id, WatchEvent(.childrenChanged, path))
                } else {
                    self.watches.add(.children, path, for: id)
                }
            } else {
                self.tell(id, WatchEvent(.deleted, path))
            }
        }
        for path in watches.persistent { self.watches.add(.persistent, path, for: id) }
        for path in watches.persistentRecursive { self.watches.add(.persistentRecursive, path, for: id) }
    }

    private mutating func tell(_ id: ConnectionID, _ event: WatchEvent) {
        self.effects.append(.reply(id, .event(event)))
    }
}

extension Request.WatcherType {
    fileprivate var kinds: [WatchTable.Kind] {
        switch self {
        case .children: [.children]
        case .data: [.data]
        case .persistent: [.persistent]
        case .persistentRecursive: [.persistentRecursive]
        case .any: WatchTable.Kind.allCases
        }
    }
}
