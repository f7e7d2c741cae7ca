// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import NIOCore
package import ZooKeeperProtocol

/// A member's transaction log: transactions, truncations and promises in one sequence of checksummed batches.
///
/// It only ever appends: a truncation is a batch as well, so that no crash can lose what stands before it. Not for use
/// from two threads at once.
package struct TransactionLog {
    /// Sizes, with room for tests to shrink them.
    package struct Limits: Hashable, Sendable {
        /// A file that has grown to this many bytes is followed by another.
        package var fileBytesMax = 16 * 1024 * 1024
        /// Space is allocated in steps of this many bytes.
        package var allocationBytes = 1024 * 1024

        /// The usual sizes.
        package init() {}
    }

    /// What a log held when it was opened.
    package struct Contents: Hashable, Sendable {
        /// The transactions after the snapshot's place that are not void.
        package var records: [LogRecord] = []
        /// What was known to be committed.
        package var committed = Zxid.zero
        /// The latest promise.
        package var vote = Vote()
        /// Whether a crash had torn the last batch, which was cut off.
        package var wasTorn = false
        /// Whether all that was ever acknowledged is here. If somebody has cut the log it is not, and this member
        /// must catch up with a leader before its vote counts.
        package var isComplete = true
    }

    private let storage: any Storage
    private let limits: Limits
    private var file: LogFile
    private var sequence: UInt64
    private var vote: Vote
    private var committed: Zxid
    /// The last transaction in the log.
    private var last: Zxid
    private var isComplete: Bool
    private var isDirty = false
    /// The files before the current one, with the last transaction that each may hold.
    private var olderFiles: [(number: UInt64, last: Zxid)]

    /// Opens the log after a snapshot (or from the start), cutting off what a crash left.
    /// - Throws: ``LogError`` when a batch is damaged that had been synced; ``StorageError``.
    package static func open(
        storage: any Storage,
        after snapshot: Zxid,
        limits: Limits = Limits()
    ) throws -> (log: TransactionLog, contents: Contents) {
        var reader = LogReader(storage: storage, snapshot: snapshot)
        try reader.read()
        let contents = reader.contents
        let number = reader.files.last?.number ?? 1
        let name = LogFile.name(number)
        var log = TransactionLog(
            storage: storage,
            limits: limits,
            file: LogFile(
                name: name,
                number: number,
                file: try storage.open(name, create: true),
                end: reader.end,
                allocationStep: limits.allocationBytes
            ),
            sequence: reader.nextSequence,
            vote: contents.vote,
            committed: contents.committed,
            last: contents.records.last?.zxid ?? snapshot,
            isComplete: contents.isComplete,
            olderFiles: reader.files.dropLast()
        )
        try log.file.clearRest()
        if reader.end == 0 { try log.writeHead() }
        try storage.syncDirectory("")
        if reader.wasCutOff {
            try log.append(.completeness(false))
            try log.sync()
        }
        // What follows must continue this state, not what the void part of the log says.
        if reader.needsReset {
            try log.append(.reset(to: snapshot))
            try log.sync()
        }
        return (log, contents)
    }

    /// Appends transactions in their order; they are durable after ``sync()``.
    package mutating func append(_ records: [LogRecord], committed: Zxid) throws {
        guard let newLast = records.last?.zxid else { return }
        self.committed = max(self.committed, committed)
        try self.append(.records(records, previous: self.last))
        self.last = newLast
    }

    /// Makes all transactions after that one void.
    package mutating func truncate(after zxid: Zxid) throws {
        try self.append(.truncation(after: zxid))
        self.last = min(self.last, zxid)
    }

    /// Starts anew from a snapshot that is durable already.
    package mutating func reset(to snapshot: Zxid) throws {
        self.committed = snapshot
        try self.append(.reset(to: snapshot))
        self.last = snapshot
    }

    /// Stores a promise.
    package mutating func save(_ vote: Vote) throws {
        self.vote = vote
        try self.append(.vote(vote))
    }

    /// Notes that the member has caught up with a leader, so that nothing it had acknowledged is missing any more.
    package mutating func markComplete() throws {
        guard !self.isComplete else { return }
        self.isComplete = true
        try self.append(.completeness(true))
    }

    /// Makes everything appended durable.
    package mutating func sync() throws {
        guard self.isDirty else { return }
        try self.file.sync()
        self.isDirty = false
    }

    /// Removes files that hold nothing after a snapshot's place.
    package mutating func purge(before snapshot: Zxid) throws {
        while let oldest = self.olderFiles.first, oldest.last <= snapshot {
            try self.storage.remove(LogFile.name(oldest.number))
            self.olderFiles.removeFirst()
        }
    }

    /// Closes the file.
    package mutating func close() throws {
        try self.sync()
        try self.file.close()
    }

    private mutating func append(_ body: LogBatch.Body) throws {
        // One unsynced batch at a time: a damaged batch with a whole one behind it is then no crash's work.
        try self.sync()
        if self.file.end >= self.limits.fileBytesMax { try self.roll() }
        let batch = LogBatch(sequence: self.sequence, committed: self.committed, body: body)
        try self.file.write(batch.encoded())
        self.sequence += 1
        self.isDirty = true
    }

    /// Starts the next file, whose first batches repeat what older files said, so that those can go.
    private mutating func roll() throws {
        try self.file.close()
        self.olderFiles.append((self.file.number, self.last))
        let number = self.file.number + 1
        let name = LogFile.name(number)
        self.file = LogFile(
            name: name,
            number: number,
            file: try self.storage.open(name, create: true),
            end: 0,
            allocationStep: self.limits.allocationBytes
        )
        try self.writeHead()
    }

    private mutating func writeHead() throws {
        for body in [LogBatch.Body.vote(self.vote), .completeness(self.isComplete)] {
            try self.file.write(
                LogBatch(sequence: self.sequence, committed: self.committed, body: body).encoded()
            )
            try self.file.sync()
            self.sequence += 1
        }
        try self.storage.syncDirectory("")
    }
}
