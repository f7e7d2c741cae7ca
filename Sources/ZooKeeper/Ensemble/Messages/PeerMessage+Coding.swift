// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

extension PeerMessage {
    /// Writes the message without a frame; snapshots only as far as their epoch, since they travel in chunks.
    package func write(to buffer: inout ByteBuffer) {
        switch self {
        case .preVote(let epoch, let last): buffer.write(1, epoch, last)
        case .preVoteReply(let epoch, let isGranted): buffer.write(2, epoch, isGranted)
        case .requestVote(let epoch, let last): buffer.write(3, epoch, last)
        case .voteReply(let epoch, let isGranted): buffer.write(4, epoch, isGranted)
        case .newLeader(let epoch): buffer.writeMultipleIntegers(UInt8(5), epoch.rawValue)
        case .stale(let epoch): buffer.writeMultipleIntegers(UInt8(6), epoch.rawValue)
        case .followerInfo(let epoch, let last): buffer.write(7, epoch, last)
        case .truncate(let epoch, let after): buffer.write(8, epoch, after)
        case .snapshot(let epoch, _): buffer.writeMultipleIntegers(UInt8(9), epoch.rawValue)
        case .resume(let epoch, let barrier): buffer.write(10, epoch, barrier)
        case .append(let epoch, let previous, let entries):
            buffer.write(11, epoch, previous)
            buffer.writeJuteVector(entries) { buffer, entry in
                buffer.writeInteger(entry.zxid.rawValue)
                entry.writePayload(to: &buffer)
            }
        case .acknowledge(let epoch, let zxid): buffer.write(12, epoch, zxid)
        case .commit(let epoch, let zxid): buffer.write(13, epoch, zxid)
        case .heartbeat(let epoch, let round): buffer.writeMultipleIntegers(UInt8(14), epoch.rawValue, round)
        case .heartbeatReply(let epoch, let round, let touched):
            buffer.writeMultipleIntegers(UInt8(15), epoch.rawValue, round)
            buffer.writeJuteVector(touched) { $0.writeInteger($1.rawValue) }
        case .takeOver(let epoch): buffer.writeMultipleIntegers(UInt8(16), epoch.rawValue)
        case .forward(let request):
            buffer.writeInteger(UInt8(17))
            request.write(to: &buffer)
        case .refused(let number, let refusal, let after):
            buffer.writeMultipleIntegers(UInt8(18), number, after.rawValue, refusal.error.rawValue)
            buffer.writeJuteVector(refusal.operations) { $0.writeInteger($1.rawValue) }
        case .revalidate(let number, let session, let password):
            buffer.writeMultipleIntegers(UInt8(19), number, session.rawValue)
            buffer.writeJuteBuffer(password)
        case .revalidated(let number, let timeoutMs, let after):
            buffer.writeMultipleIntegers(UInt8(20), number, timeoutMs, after.rawValue)
        case .sync(let number): buffer.writeMultipleIntegers(UInt8(21), number)
        case .synced(let number, let after): buffer.writeMultipleIntegers(UInt8(22), number, after.rawValue)
        case .sessionMoved(let session): buffer.writeMultipleIntegers(UInt8(23), session.rawValue)
        }
    }

    /// Reads a message; a snapshot's tree comes from the chunks that stood before it.
    package init(from buffer: inout ByteBuffer, snapshot: DataTree? = nil) throws(JuteError) {
        let kind = try buffer.readJute(UInt8.self)
        switch kind {
        case 1: self = .preVote(epoch: try buffer.readEpoch(), last: try buffer.readZxid())
        case 2: self = .preVoteReply(epoch: try buffer.readEpoch(), isGranted: try buffer.readJuteBool())
        case 3: self = .requestVote(epoch: try buffer.readEpoch(), last: try buffer.readZxid())
        case 4: self = .voteReply(epoch: try buffer.readEpoch(), isGranted: try buffer.readJuteBool())
        case 5: self = .newLeader(epoch: try buffer.readEpoch())
        case 6: self = .stale(epoch: try buffer.readEpoch())
        case 7: self = .followerInfo(epoch: try buffer.readEpoch(), last: try buffer.readZxid())
        case 8: self = .truncate(epoch: try buffer.readEpoch(), after: try buffer.readZxid())
        case 9:
            guard let snapshot else { throw JuteError("a snapshot without its chunks") }
            self = .snapshot(epoch: try buffer.readEpoch(), snapshot)
        case 10: self = .resume(epoch: try buffer.readEpoch(), barrier: try buffer.readZxid())
        case 11:
            self = .append(
                epoch: try buffer.readEpoch(),
                previous: try buffer.readZxid(),
                entries: try buffer.readJuteVector { (buffer) throws(JuteError) in
                    try LogEntry(zxid: try buffer.readZxid(), payload: &buffer)
                }
            )
        case 12: self = .acknowledge(epoch: try buffer.readEpoch(), try buffer.readZxid())
        case 13: self = .commit(epoch: try buffer.readEpoch(), try buffer.readZxid())
        case 14: self = .heartbeat(epoch: try buffer.readEpoch(), round: try buffer.readJute(UInt64.self))
        case 15:
            self = .heartbeatReply(
                epoch: try buffer.readEpoch(),
                round: try buffer.readJute(UInt64.self),
                touched: try buffer.readJuteVector { (buffer) throws(JuteError) in
                    SessionID(rawValue: try buffer.readJute(Int64.self))
                }
            )
        case 16: self = .takeOver(epoch: try buffer.readEpoch())
        case 17: self = .forward(try WriteRequest(from: &buffer))
        case 18:
            let number = try buffer.readJute(UInt64.self)
            let after = try buffer.readZxid()
            let error = ErrorCode(rawValue: try buffer.readJute(Int32.self))
            let operations = try buffer.readJuteVector { (buffer) throws(JuteError) in
                ErrorCode(rawValue: try buffer.readJute(Int32.self))
            }
            self = .refused(number: number, Refusal(error, operations: operations), after: after)
        case 19:
            self = .revalidate(
                number: try buffer.readJute(UInt64.self),
                session: SessionID(rawValue: try buffer.readJute(Int64.self)),
                password: try buffer.readJuteBuffer()
            )
        case 20:
            self = .revalidated(
                number: try buffer.readJute(UInt64.self),
                timeoutMs: try buffer.readJute(Int32.self),
                after: try buffer.readZxid()
            )
        case 21: self = .sync(number: try buffer.readJute(UInt64.self))
        case 22: self = .synced(number: try buffer.readJute(UInt64.self), after: try buffer.readZxid())
        case 23: self = .sessionMoved(SessionID(rawValue: try buffer.readJute(Int64.self)))
        default: throw JuteError("peer message \(kind)")
        }
    }
}

extension WriteRequest {
    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.id.member.rawValue, self.id.number, self.session.rawValue)
        switch self.operation {
        case .openSession(let timeoutMs, let password):
            buffer.writeMultipleIntegers(OpCode.error.rawValue, timeoutMs)
            buffer.writeJuteBuffer(password)
        case .client(let request):
            buffer.writeInteger(request.kind.rawValue)
            request.write(to: &buffer)
        }
    }

    init(from buffer: inout ByteBuffer) throws(JuteError) {
        self.id = RequestID(
            member: MemberID(rawValue: try buffer.readJute(UInt8.self)),
            number: try buffer.readJute(UInt64.self)
        )
        self.session = SessionID(rawValue: try buffer.readJute(Int64.self))
        let kind = OpCode(rawValue: try buffer.readJute(Int32.self))
        if kind == .error {
            self.operation = .openSession(
                timeoutMs: try buffer.readJute(Int32.self),
                password: try buffer.readJuteBuffer()
            )
        } else {
            let request = Request(kind, from: &buffer)
            if case .malformed = request { throw JuteError("a forwarded request of kind \(kind) that is none") }
            self.operation = .client(request)
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ kind: UInt8, _ epoch: Epoch, _ zxid: Zxid) {
        self.writeMultipleIntegers(kind, epoch.rawValue, zxid.rawValue)
    }

    fileprivate mutating func write(_ kind: UInt8, _ epoch: Epoch, _ flag: Bool) {
        self.writeMultipleIntegers(kind, epoch.rawValue)
        self.writeJuteBool(flag)
    }

    fileprivate mutating func readEpoch() throws(JuteError) -> Epoch {
        Epoch(rawValue: try self.readJute(UInt32.self))
    }

    fileprivate mutating func readZxid() throws(JuteError) -> Zxid {
        Zxid(rawValue: try self.readJute(Int64.self))
    }
}
