// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import HashTreeCollections
import ZooKeeperProtocol

extension DataTree {
    /// Decides a request on this state, without changing it.
    /// - Throws: ``Refusal`` with ZooKeeper's error.
    package func decide(_ request: WriteRequest) throws(Refusal) -> Transaction {
        switch request.operation {
        case .openSession(let timeoutMs, let password):
            if self.sessions[request.session] != nil { throw Refusal(.nodeExists) }
            return .openSession(timeoutMs: timeoutMs, password: password.copied())
        case .client(let operation):
            if self.sessions[request.session] == nil { throw Refusal(.sessionExpired) }
            return try self.decide(operation, in: request.session)
        }
    }

    private func decide(_ request: Request, in session: SessionID) throws(Refusal) -> Transaction {
        switch request {
        case .create(let create): try self.decide(create)
        case .delete(let path, let version): try self.decideDelete(path, version: version)
        case .setData(let path, let data, let version):
            try self.decideSetData(path, version: version, allowing: .write, .setData(path: path, data: data.copied()))
        case .check(let path, let version):
            try self.decideSetData(path, version: version, allowing: .read, .check(path: path))
        case .setACL(let path, let acl, let version): try self.decideSetACL(path, acl: acl, version: version)
        case .multi(let operations): try self.decideMulti(operations, in: session)
        case .closeSession: .closeSession
        case .exists, .getData, .getACL, .getChildren, .sync, .ping, .multiRead, .auth, .setWatches, .checkWatches,
            .removeWatches, .addWatch, .getEphemerals, .getAllChildrenNumber, .whoAmI, .unknown, .malformed:
            throw Refusal(.unimplemented)
        }
    }

    private func decide(_ create: CreateRequest) throws(Refusal) -> Transaction {
        guard create.flags.isSupported else { throw Refusal(.unimplemented) }
        var path = create.path
        // A sequential node's name may be nothing but its number.
        guard NodePath.isValid(create.flags.isSequential ? path + "1" : path), path != "/" else {
            throw Refusal(.badArguments)
        }
        try Self.check(create.acl)
        let parentPath = NodePath.parent(of: path)
        guard let parent = self.nodes[parentPath] else { throw Refusal(.noNode) }
        try self.check(parent, allows: .create)
        if create.flags.isSequential {
            let digits = String(parent.childrenCreated)
            path += String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        }
        if self.nodes[path] != nil { throw Refusal(.nodeExists) }
        if parent.owner != .none { throw Refusal(.noChildrenForEphemerals) }
        return .create(
            path: path,
            data: create.data.copied(),
            acl: create.acl,
            isEphemeral: create.flags.isEphemeral,
            withStat: create.withStat
        )
    }

    private func decideDelete(_ path: String, version: Int32) throws(Refusal) -> Transaction {
        guard NodePath.isValid(path), path != "/" else { throw Refusal(.badArguments) }
        guard let node = self.nodes[path] else { throw Refusal(.noNode) }
        if let parent = self.nodes[NodePath.parent(of: path)] { try self.check(parent, allows: .delete) }
        if version != -1, version != node.version { throw Refusal(.badVersion) }
        if !node.children.isEmpty { throw Refusal(.notEmpty) }
        return .delete(path: path)
    }

    private func decideSetData(
        _ path: String,
        version: Int32,
        allowing permission: ACL.Permissions,
        _ transaction: Transaction
    ) throws(Refusal) -> Transaction {
        guard NodePath.isValid(path) else { throw Refusal(.badArguments) }
        guard let node = self.nodes[path] else { throw Refusal(.noNode) }
        try self.check(node, allows: permission)
        if version != -1, version != node.version { throw Refusal(.badVersion) }
        return transaction
    }

    private func decideSetACL(_ path: String, acl: [ACL], version: Int32) throws(Refusal) -> Transaction {
        guard NodePath.isValid(path) else { throw Refusal(.badArguments) }
        try Self.check(acl)
        guard let node = self.nodes[path] else { throw Refusal(.noNode) }
        try self.check(node, allows: .admin)
        if version != -1, version != node.aversion { throw Refusal(.badVersion) }
        return .setACL(path: path, acl: acl)
    }

    /// Each operation is decided on what the ones before it would leave; one that fails voids them all.
    private func decideMulti(_ operations: [Request], in session: SessionID) throws(Refusal) -> Transaction {
        var scratch = self
        var transactions: [Transaction] = []
        for (index, operation) in operations.enumerated() {
            do throws(Refusal) {
                let transaction = try self.isAllowedInMulti(operation) ? scratch.decide(operation, in: session) : nil
                guard let transaction else { throw Refusal(.unimplemented) }
                let entry = LogEntry(
                    zxid: self.zxid,
                    timeMs: 0,
                    session: session,
                    request: .none,
                    transaction: transaction
                )
                _ = scratch.apply(entry)
                transactions.append(transaction)
            } catch {
                var errors = [ErrorCode](repeating: .ok, count: index)
                errors.append(error.error)
                while errors.count < operations.count { errors.append(.runtimeInconsistency) }
                throw Refusal(error.error, operations: errors)
            }
        }
        return .multi(transactions)
    }

    private func isAllowedInMulti(_ operation: Request) throws(Refusal) -> Bool {
        switch operation {
        case .create, .delete, .setData, .check: true
        case .setACL, .multi, .closeSession, .exists, .getData, .getACL, .getChildren, .sync, .ping, .multiRead, .auth,
            .setWatches, .checkWatches, .removeWatches, .addWatch, .getEphemerals, .getAllChildrenNumber, .whoAmI,
            .unknown, .malformed:
            false
        }
    }

    /// Only `world:anyone` identifies anybody here: a list that names others would promise a protection we do not give.
    private static func check(_ acl: [ACL]) throws(Refusal) {
        guard !acl.isEmpty, acl.allSatisfy({ $0.scheme == "world" && $0.id == "anyone" }) else {
            throw Refusal(.invalidACL)
        }
    }

    func check(_ node: Node, allows permission: ACL.Permissions) throws(Refusal) {
        guard node.acl.contains(where: { $0.permissions.contains(permission) }) else { throw Refusal(.noAuth) }
    }
}
