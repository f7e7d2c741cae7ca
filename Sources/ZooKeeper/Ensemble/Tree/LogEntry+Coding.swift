// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

extension LogEntry {
    /// Writes the entry without its zxid, which the log and the peer protocol carry themselves.
    package func writePayload(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            self.timeMs,
            self.session.rawValue,
            self.request.member.rawValue,
            self.request.number
        )
        self.transaction.write(to: &buffer)
    }

    /// Reads the entry at that place.
    package init(zxid: Zxid, payload buffer: inout ByteBuffer) throws(JuteError) {
        self.zxid = zxid
        self.timeMs = try buffer.readJute(Int64.self)
        self.session = SessionID(rawValue: try buffer.readJute(Int64.self))
        self.request = RequestID(
            member: MemberID(rawValue: try buffer.readJute(UInt8.self)),
            number: try buffer.readJute(UInt64.self)
        )
        self.transaction = try Transaction(from: &buffer)
    }
}

extension Transaction {
    func write(to buffer: inout ByteBuffer) {
        switch self {
        case .openEpoch:
            buffer.writeInteger(UInt8(0))
        case .openSession(let timeoutMs, let password):
            buffer.writeMultipleIntegers(UInt8(1), timeoutMs)
            buffer.writeJuteBuffer(password)
        case .closeSession:
            buffer.writeInteger(UInt8(2))
        case .create(let path, let data, let acl, let isEphemeral, let withStat):
            buffer.writeInteger(UInt8(3))
            buffer.writeJuteString(path)
            buffer.writeJuteBuffer(data)
            ACL.write(acl, to: &buffer)
            buffer.writeJuteBool(isEphemeral)
            buffer.writeJuteBool(withStat)
        case .delete(let path):
            buffer.writeInteger(UInt8(4))
            buffer.writeJuteString(path)
        case .setData(let path, let data):
            buffer.writeInteger(UInt8(5))
            buffer.writeJuteString(path)
            buffer.writeJuteBuffer(data)
        case .setACL(let path, let acl):
            buffer.writeInteger(UInt8(6))
            buffer.writeJuteString(path)
            ACL.write(acl, to: &buffer)
        case .check(let path):
            buffer.writeInteger(UInt8(7))
            buffer.writeJuteString(path)
        case .multi(let transactions):
            buffer.writeInteger(UInt8(8))
            buffer.writeJuteVector(transactions) { $1.write(to: &$0) }
        }
    }

    /// Reads a transaction. Data is copied out of the buffer: it may live in the tree for ever, the buffer must not.
    init(from buffer: inout ByteBuffer, depth: Int = 0) throws(JuteError) {
        let kind = try buffer.readJute(UInt8.self)
        switch kind {
        case 0: self = .openEpoch
        case 1:
            self = .openSession(
                timeoutMs: try buffer.readJute(Int32.self),
                password: try buffer.readJuteBuffer().copied()
            )
        case 2: self = .closeSession
        case 3:
            self = .create(
                path: try buffer.readJuteString(),
                data: try buffer.readJuteBuffer().copied(),
                acl: try ACL.readList(from: &buffer),
                isEphemeral: try buffer.readJuteBool(),
                withStat: try buffer.readJuteBool()
            )
        case 4: self = .delete(path: try buffer.readJuteString())
        case 5: self = .setData(path: try buffer.readJuteString(), data: try buffer.readJuteBuffer().copied())
        case 6: self = .setACL(path: try buffer.readJuteString(), acl: try ACL.readList(from: &buffer))
        case 7: self = .check(path: try buffer.readJuteString())
        case 8 where depth == 0:
            self = .multi(
                try buffer.readJuteVector { (buffer) throws(JuteError) in
                    try Transaction(from: &buffer, depth: depth + 1)
                }
            )
        default: throw JuteError("transaction kind \(kind)")
        }
    }
}

extension ByteBuffer {
    /// The readable bytes in memory of their own, no larger than they are.
    func copied() -> ByteBuffer {
        if self.readableBytes == 0 { return ByteBuffer() }
        var copy = ByteBufferAllocator().buffer(capacity: self.readableBytes)
        copy.writeImmutableBuffer(self)
        return copy
    }
}
