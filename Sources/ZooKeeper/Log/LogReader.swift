// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperProtocol

/// Reads a log from its first file to the last whole batch, and tells a crash's work from damage.
struct LogReader {
    private let storage: any Storage
    private let snapshot: Zxid

    private(set) var contents = TransactionLog.Contents()
    private(set) var files: [(number: UInt64, last: Zxid)] = []
    /// Where the last file's next batch goes.
    private(set) var end: Int64 = 0
    private(set) var nextSequence: UInt64 = 1
    /// Whether the log's transactions do not continue the snapshot: an installation from a leader was interrupted
    /// between the two, and only the snapshot counts.
    private(set) var needsReset = false

    /// Whether the last file ends without the zeros that always stand behind the last batch.
    private(set) var wasCutOff = false

    /// The last transaction read, void ones aside.
    private var last = Zxid.zero
    /// Whether the log passes through the snapshot's place.
    private var meetsSnapshot = false

    init(storage: any Storage, snapshot: Zxid) {
        self.storage = storage
        self.snapshot = snapshot
    }

    mutating func read() throws {
        let numbers = try self.storage.list("").compactMap(LogFile.number(of:))
        for (index, number) in numbers.enumerated() {
            let isLast = index == numbers.count - 1
            let content = try self.content(of: number)
            try self.read(content, of: number, isLast: isLast)
        }
        if !self.meetsSnapshot, self.last != self.snapshot {
            self.contents.records = []
            self.needsReset = !numbers.isEmpty && self.last != .zero
        }
        self.contents.committed = max(self.snapshot, self.contents.committed)
        if self.wasCutOff { self.contents.isComplete = false }
    }

    private func content(of number: UInt64) throws -> ByteBuffer {
        let file = try self.storage.open(LogFile.name(number), create: false)
        let content = try file.read(at: 0, count: Int(file.size))
        try file.close()
        return content
    }

    private mutating func read(_ content: ByteBuffer, of number: UInt64, isLast: Bool) throws {
        var offset = 0
        var isFirst = true
        scan: while true {
            switch LogBatch.read(content, at: offset) {
            case .batch(let batch, let length):
                // The first batch of the first file that is left says where the sequence starts.
                let startsLog = self.files.isEmpty && isFirst
                guard startsLog || batch.sequence == self.nextSequence else {
                    throw LogError(
                        file: LogFile.name(number),
                        reason:
                            "batch \(batch.sequence) at \(offset) where \(self.nextSequence) was expected; a file is "
                            + "missing or from another member: remove the directory to fetch all from the others"
                    )
                }
                self.nextSequence = batch.sequence + 1
                self.apply(batch)
                offset += length
                isFirst = false
            case .unwritten:
                if isLast { try self.ensureNothingFollows(content, after: offset, of: number) }
                // A torn batch whose first bytes did not reach the disk looks like this as well.
                if isLast, content.containsNonZero(from: offset) { self.contents.wasTorn = true }
                break scan
            case .cutOff where isLast:
                // A new file whose first bytes were never synced is a crash's work, any other end is somebody's.
                self.wasCutOff = offset > 0
                self.contents.wasTorn = offset == 0
                break scan
            case .damaged where isLast:
                try self.ensureNothingFollows(content, after: offset, of: number)
                self.contents.wasTorn = true
                break scan
            case .cutOff, .damaged:
                throw LogError(
                    file: LogFile.name(number),
                    reason:
                        "damaged at \(offset), and a later file follows; remove the directory to fetch all from the "
                        + "others"
                )
            }
        }
        self.end = Int64(offset)
        self.files.append((number, self.last))
    }

    /// Behind a batch that a crash tore there is no whole one of a later number.
    private func ensureNothingFollows(_ content: ByteBuffer, after offset: Int, of number: UInt64) throws {
        let expected = self.nextSequence
        for place in content.places(of: LogBatch.magic, after: offset) {
            guard case .batch(let batch, _) = LogBatch.read(content, at: place), batch.sequence > expected else {
                continue
            }
            throw LogError(
                file: LogFile.name(number),
                reason:
                    "batch \(expected) at \(offset) is damaged, but \(batch.sequence) behind it is whole; remove the "
                    + "directory to fetch all from the others"
            )
        }
    }

    private mutating func apply(_ batch: LogBatch) {
        self.contents.committed = batch.committed
        switch batch.body {
        case .records(let records, let previous):
            if previous == self.snapshot { self.meetsSnapshot = true }
            for record in records {
                if record.zxid == self.snapshot { self.meetsSnapshot = true }
                if record.zxid > self.snapshot { self.contents.records.append(record) }
            }
            self.last = records.last?.zxid ?? self.last
        case .truncation(let after):
            while let record = self.contents.records.last, record.zxid > after { self.contents.records.removeLast() }
            self.last = min(self.last, after)
        case .reset(let zxid):
            self.contents.records = []
            self.last = zxid
            self.meetsSnapshot = zxid == self.snapshot
        case .vote(let vote):
            self.contents.vote = vote
        case .completeness(let isComplete):
            self.contents.isComplete = isComplete
        }
    }
}

extension ByteBuffer {
    fileprivate func containsNonZero(from offset: Int) -> Bool {
        self.viewBytes(at: offset, length: self.writerIndex - offset)?.contains { $0 != 0 } ?? false
    }

    /// Where a number's bytes stand behind an offset.
    fileprivate func places(of magic: UInt32, after offset: Int) -> [Int] {
        var places: [Int] = []
        guard let view = self.viewBytes(at: offset, length: self.writerIndex - offset) else { return [] }
        view.withUnsafeBytes { bytes in
            let first = UInt8(truncatingIfNeeded: magic >> 24)
            var index = 1
            while index + 4 <= bytes.count {
                if bytes[index] == first,
                    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)) == magic
                {
                    places.append(offset + index)
                }
                index += 1
            }
        }
        return places
    }
}
