// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import NIOCore
package import ZooKeeperProtocol

/// All that a member keeps: its log and its snapshots. Not for use from two threads at once.
package struct MemberDisk {
    /// What was found when it was opened.
    package struct Found: Sendable {
        /// The latest snapshot, if there is one.
        package var snapshot: (zxid: Zxid, chunks: [ByteBuffer])?
        /// The log after it.
        package var log: TransactionLog.Contents
    }

    private var log: TransactionLog
    /// The snapshots; saving one may go on beside everything else.
    package let snapshots: SnapshotFiles
    private let snapshotsRetained: Int

    /// Opens what a member left behind, or begins anew.
    /// - Parameters:
    ///   - data: where snapshots are.
    ///   - log: where the log is; may be the same.
    /// - Throws: ``LogError`` where a file is damaged in a way that no crash explains; ``StorageError``.
    package static func open(
        data: any Storage,
        log: any Storage,
        snapshotsRetained: Int = 3,
        limits: TransactionLog.Limits = TransactionLog.Limits()
    ) throws -> (disk: MemberDisk, found: Found) {
        let snapshots = SnapshotFiles(storage: data)
        let snapshot = try snapshots.latest()
        let (log, contents) = try TransactionLog.open(storage: log, after: snapshot?.zxid ?? .zero, limits: limits)
        let disk = MemberDisk(log: log, snapshots: snapshots, snapshotsRetained: snapshotsRetained)
        return (disk, Found(snapshot: snapshot, log: contents))
    }

    /// Appends transactions; durable after ``sync()``.
    package mutating func append(_ records: [LogRecord], committed: Zxid) throws {
        try self.log.append(records, committed: committed)
    }

    /// Makes all transactions after that one void; durable after ``sync()``.
    package mutating func truncate(after zxid: Zxid) throws {
        try self.log.truncate(after: zxid)
    }

    /// Stores a promise; durable after ``sync()``.
    package mutating func save(_ vote: Vote) throws {
        try self.log.save(vote)
    }

    /// Notes that nothing is missing any more; durable after ``sync()``.
    package mutating func markComplete() throws {
        try self.log.markComplete()
    }

    /// Takes a leader's state over, and starts the log anew from it; durable after ``sync()``.
    package mutating func install(_ chunks: some Sequence<ByteBuffer>, at zxid: Zxid) throws {
        try self.snapshots.save(chunks, at: zxid)
        try self.log.reset(to: zxid)
    }

    /// Stores the member's own state.
    package mutating func takeSnapshot(_ chunks: some Sequence<ByteBuffer>, at zxid: Zxid) throws {
        try self.snapshots.save(chunks, at: zxid)
        try self.removeSuperfluous()
    }

    /// Removes the snapshots, and the parts of the log, that newer snapshots make superfluous.
    package mutating func removeSuperfluous() throws {
        if let oldest = try self.snapshots.retain(self.snapshotsRetained) { try self.log.purge(before: oldest) }
    }

    /// Makes everything durable.
    package mutating func sync() throws {
        try self.log.sync()
    }

    /// Syncs and closes the files.
    package mutating func close() throws {
        try self.log.close()
    }
}
