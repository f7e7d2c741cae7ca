// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

extension Request {
    /// The kind's number.
    package var kind: OpCode {
        switch self {
        case .create(let create): create.withStat ? .create2 : .create
        case .delete: .delete
        case .exists: .exists
        case .getData: .getData
        case .setData: .setData
        case .getACL: .getACL
        case .setACL: .setACL
        case .getChildren(_, _, let withStat): withStat ? .getChildren2 : .getChildren
        case .sync: .sync
        case .ping: .ping
        case .check: .check
        case .multi: .multi
        case .multiRead: .multiRead
        case .auth: .auth
        case .setWatches: .setWatches2
        case .checkWatches: .checkWatches
        case .removeWatches: .removeWatches
        case .addWatch: .addWatch
        case .getEphemerals: .getEphemerals
        case .getAllChildrenNumber: .getAllChildrenNumber
        case .whoAmI: .whoAmI
        case .closeSession: .closeSession
        case .unknown(let kind), .malformed(let kind): kind
        }
    }

    /// Writes the body, without the header that names its kind.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .create(let create):
            buffer.writeJuteString(create.path)
            buffer.writeJuteBuffer(create.data)
            ACL.write(create.acl, to: &buffer)
            buffer.writeInteger(create.flags.rawValue)
        case .delete(let path, let version), .check(let path, let version):
            buffer.writeJuteString(path)
            buffer.writeInteger(version)
        case .exists(let path, let watch), .getData(let path, let watch), .getChildren(let path, let watch, _):
            buffer.writeJuteString(path)
            buffer.writeJuteBool(watch)
        case .setData(let path, let data, let version):
            buffer.writeJuteString(path)
            buffer.writeJuteBuffer(data)
            buffer.writeInteger(version)
        case .setACL(let path, let acl, let version):
            buffer.writeJuteString(path)
            ACL.write(acl, to: &buffer)
            buffer.writeInteger(version)
        case .getACL(let path), .sync(let path), .getEphemerals(let path), .getAllChildrenNumber(let path):
            buffer.writeJuteString(path)
        case .multi(let operations), .multiRead(let operations):
            for operation in operations {
                MultiHeader(kind: operation.kind, isLast: false).write(to: &buffer)
                operation.write(to: &buffer)
            }
            MultiHeader(kind: .error, isLast: true, error: -1).write(to: &buffer)
        case .auth(let scheme, let credentials):
            buffer.writeInteger(Int32(0))
            buffer.writeJuteString(scheme)
            buffer.writeJuteBuffer(credentials)
        case .setWatches(let watches):
            buffer.writeInteger(watches.relativeZxid.rawValue)
            buffer.writeJuteStrings(watches.data)
            buffer.writeJuteStrings(watches.exist)
            buffer.writeJuteStrings(watches.children)
            buffer.writeJuteStrings(watches.persistent)
            buffer.writeJuteStrings(watches.persistentRecursive)
        case .checkWatches(let path, let type), .removeWatches(let path, let type):
            buffer.writeJuteString(path)
            buffer.writeInteger(type.rawValue)
        case .addWatch(let path, let mode):
            buffer.writeJuteString(path)
            buffer.writeInteger(mode.rawValue)
        case .ping, .whoAmI, .closeSession, .unknown, .malformed:
            break
        }
    }
}

/// What stands before each operation and each result of a multi.
struct MultiHeader {
    var kind: OpCode
    var isLast: Bool
    var error: Int32 = -1

    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger(self.kind.rawValue)
        buffer.writeJuteBool(self.isLast)
        buffer.writeInteger(self.error)
    }
}
