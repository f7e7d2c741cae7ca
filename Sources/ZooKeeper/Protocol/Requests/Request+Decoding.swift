// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

extension Request {
    /// Reads the body of a request of that kind. What cannot be read becomes ``malformed(_:)``: the frame was whole,
    /// so the connection can go on.
    package init(_ kind: OpCode, from buffer: inout ByteBuffer) {
        do {
            self = try Self.read(kind, from: &buffer)
        } catch {
            self = .malformed(kind)
        }
    }

    private static func read(_ kind: OpCode, from buffer: inout ByteBuffer) throws(JuteError) -> Request {
        switch kind {
        case .create, .create2: .create(try CreateRequest(from: &buffer, withStat: kind == .create2))
        case .delete: .delete(path: try buffer.readJuteString(), version: try buffer.readJute(Int32.self))
        case .exists: .exists(path: try buffer.readJuteString(), watch: try buffer.readJuteBool())
        case .getData: .getData(path: try buffer.readJuteString(), watch: try buffer.readJuteBool())
        case .setData:
            .setData(
                path: try buffer.readJuteString(),
                data: try buffer.readJuteBuffer(),
                version: try buffer.readJute(Int32.self)
            )
        case .getACL: .getACL(path: try buffer.readJuteString())
        case .setACL:
            .setACL(
                path: try buffer.readJuteString(),
                acl: try ACL.readList(from: &buffer),
                version: try buffer.readJute(Int32.self)
            )
        case .getChildren, .getChildren2:
            .getChildren(
                path: try buffer.readJuteString(),
                watch: try buffer.readJuteBool(),
                withStat: kind == .getChildren2
            )
        case .sync: .sync(path: try buffer.readJuteString())
        case .ping: .ping
        case .check: .check(path: try buffer.readJuteString(), version: try buffer.readJute(Int32.self))
        case .multi: .multi(try self.readOperations(of: [.create, .create2, .delete, .setData, .check], from: &buffer))
        case .multiRead: .multiRead(try self.readOperations(of: [.getData, .getChildren], from: &buffer))
        case .auth: try self.readAuth(from: &buffer)
        case .setWatches, .setWatches2:
            .setWatches(try SetWatchesRequest(from: &buffer, hasPersistent: kind == .setWatches2))
        case .checkWatches: .checkWatches(path: try buffer.readJuteString(), type: try self.readWatcherType(&buffer))
        case .removeWatches: .removeWatches(path: try buffer.readJuteString(), type: try self.readWatcherType(&buffer))
        case .addWatch: .addWatch(path: try buffer.readJuteString(), mode: try self.readWatchMode(&buffer))
        case .getEphemerals: .getEphemerals(prefix: try buffer.readJuteString())
        case .getAllChildrenNumber: .getAllChildrenNumber(path: try buffer.readJuteString())
        case .whoAmI: .whoAmI
        case .closeSession: .closeSession
        default: .unknown(kind)
        }
    }

    /// Reads a multi's operations up to the header that ends them.
    private static func readOperations(
        of allowed: Set<OpCode>,
        from buffer: inout ByteBuffer
    ) throws(JuteError) -> [Request] {
        var operations: [Request] = []
        while true {
            let kind = OpCode(rawValue: try buffer.readJute(Int32.self))
            let isLast = try buffer.readJuteBool()
            _ = try buffer.readJute(Int32.self)  // the error field, which only answers use
            if isLast { return operations }
            guard allowed.contains(kind) else { throw JuteError("operation \(kind) in a multi") }
            operations.append(try self.read(kind, from: &buffer))
        }
    }

    private static func readAuth(from buffer: inout ByteBuffer) throws(JuteError) -> Request {
        _ = try buffer.readJute(Int32.self)  // a type that is always 0
        return .auth(scheme: try buffer.readJuteString(), credentials: try buffer.readJuteBuffer())
    }

    private static func readWatcherType(_ buffer: inout ByteBuffer) throws(JuteError) -> WatcherType {
        let number = try buffer.readJute(Int32.self)
        guard let type = WatcherType(rawValue: number) else { throw JuteError("watcher type \(number)") }
        return type
    }

    private static func readWatchMode(_ buffer: inout ByteBuffer) throws(JuteError) -> WatchMode {
        let number = try buffer.readJute(Int32.self)
        guard let mode = WatchMode(rawValue: number) else { throw JuteError("watch mode \(number)") }
        return mode
    }
}

extension CreateRequest {
    fileprivate init(from buffer: inout ByteBuffer, withStat: Bool) throws(JuteError) {
        self.path = try buffer.readJuteString()
        self.data = try buffer.readJuteBuffer()
        self.acl = try ACL.readList(from: &buffer)
        self.flags = Flags(rawValue: try buffer.readJute(Int32.self))
        self.withStat = withStat
    }
}

extension SetWatchesRequest {
    fileprivate init(from buffer: inout ByteBuffer, hasPersistent: Bool) throws(JuteError) {
        self.relativeZxid = Zxid(rawValue: try buffer.readJute(Int64.self))
        self.data = try buffer.readJuteStrings()
        self.exist = try buffer.readJuteStrings()
        self.children = try buffer.readJuteStrings()
        if hasPersistent {
            self.persistent = try buffer.readJuteStrings()
            self.persistentRecursive = try buffer.readJuteStrings()
        }
    }
}
