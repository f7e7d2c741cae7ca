// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import ZooKeeperProtocol

/// What one write adds to the log. Written and synced before the next one, so that only the last can be torn.
///
/// On disk: magic, length and checksum of the rest; then sequence number, what is known to be committed, kind and body.
struct LogBatch: Hashable {
    enum Body: Hashable {
        /// Transactions, the first of which follows the one named `previous`.
        case records([LogRecord], previous: Zxid)
        /// All transactions after that one are void: another leader has decided otherwise.
        case truncation(after: Zxid)
        /// The log starts anew from a snapshot of that place; everything before is void.
        case reset(to: Zxid)
        /// The member's latest promise.
        case vote(Vote)
        /// Whether all that the member has acknowledged is here; not so between the discovery that somebody has cut
        /// the log and the next synchronisation with a leader.
        case completeness(Bool)
    }

    /// What reading at a place of the log gives.
    enum Reading {
        case batch(LogBatch, length: Int)
        /// Zeros: the preallocated space after the last batch.
        case unwritten
        /// Fewer bytes than a batch there needs, though space is always allocated before it is used.
        case cutOff
        case damaged
    }

    static let magic: UInt32 = 0x5a4b_4c31
    static let headerLength = 12
    /// Longer lengths are taken for damage before anything is allocated for them.
    static let lengthMax = 256 * 1024 * 1024

    var sequence: UInt64
    var committed: Zxid
    var body: Body

    func encoded() -> ByteBuffer {
        var content = ByteBuffer()
        if case .records(let records, _) = self.body {
            content.reserveCapacity(records.reduce(64) { $0 + $1.payload.readableBytes + 12 })
        }
        content.writeMultipleIntegers(Self.magic, UInt32(0), UInt32(0))
        content.writeMultipleIntegers(self.sequence, self.committed.rawValue)
        switch self.body {
        case .records(let records, let previous):
            content.writeMultipleIntegers(UInt8(1), previous.rawValue, UInt32(records.count))
            for record in records {
                content.writeMultipleIntegers(record.zxid.rawValue, UInt32(record.payload.readableBytes))
                content.writeImmutableBuffer(record.payload)
            }
        case .truncation(let after):
            content.writeMultipleIntegers(UInt8(2), after.rawValue)
        case .reset(let zxid):
            content.writeMultipleIntegers(UInt8(3), zxid.rawValue)
        case .vote(let vote):
            content.writeMultipleIntegers(UInt8(4), vote.epoch.rawValue, vote.candidate)
        case .completeness(let isComplete):
            content.writeMultipleIntegers(UInt8(5), UInt8(isComplete ? 1 : 0))
        }
        var rest = content
        rest.moveReaderIndex(forwardBy: Self.headerLength)
        content.setInteger(UInt32(rest.readableBytes), at: 4)
        content.setInteger(Checksum.of(rest), at: 8)
        return content
    }

    /// Reads the batch at an offset of a file's content.
    static func read(_ content: ByteBuffer, at offset: Int) -> Reading {
        let left = content.writerIndex - offset
        guard let magic = content.getInteger(at: offset, as: UInt32.self) else {
            return .cutOff
        }
        if magic == 0 { return .unwritten }
        guard magic == self.magic else { return .damaged }
        guard let length = content.getInteger(at: offset + 4, as: UInt32.self).map(Int.init),
            let checksum = content.getInteger(at: offset + 8, as: UInt32.self)
        else { return .cutOff }
        guard length <= self.lengthMax else { return .damaged }
        guard self.headerLength + length <= left,
            var body = content.getSlice(at: offset + self.headerLength, length: length)
        else { return .cutOff }
        guard Checksum.of(body) == checksum, let batch = LogBatch(from: &body) else { return .damaged }
        return .batch(batch, length: self.headerLength + length)
    }

    init(sequence: UInt64, committed: Zxid, body: Body) {
        self.sequence = sequence
        self.committed = committed
        self.body = body
    }

    private init?(from buffer: inout ByteBuffer) {
        guard let (sequence, committed, kind) = buffer.readMultipleIntegers(as: (UInt64, Int64, UInt8).self) else {
            return nil
        }
        self.sequence = sequence
        self.committed = Zxid(rawValue: committed)
        switch kind {
        case 1:
            guard let (previous, count) = buffer.readMultipleIntegers(as: (Int64, UInt32).self) else { return nil }
            var records: [LogRecord] = []
            for _ in 0..<count {
                guard let (zxid, length) = buffer.readMultipleIntegers(as: (Int64, UInt32).self),
                    let payload = buffer.readSlice(length: Int(length))
                else { return nil }
                records.append(LogRecord(zxid: Zxid(rawValue: zxid), payload: payload))
            }
            self.body = .records(records, previous: Zxid(rawValue: previous))
        case 2:
            guard let after = buffer.readInteger(as: Int64.self) else { return nil }
            self.body = .truncation(after: Zxid(rawValue: after))
        case 3:
            guard let zxid = buffer.readInteger(as: Int64.self) else { return nil }
            self.body = .reset(to: Zxid(rawValue: zxid))
        case 4:
            guard let (epoch, candidate) = buffer.readMultipleIntegers(as: (UInt32, UInt8).self) else { return nil }
            self.body = .vote(Vote(epoch: Epoch(rawValue: epoch), candidate: candidate))
        case 5:
            guard let flag = buffer.readInteger(as: UInt8.self) else { return nil }
            self.body = .completeness(flag != 0)
        default:
            return nil
        }
    }
}
