// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
package import NIOCore

/// The log of one partition: segments, indexes, leader epochs and the state of idempotent producers.
///
/// All calls block on the disk. Not for use from two threads at once.
package final class PartitionLog {
    /// Which partition.
    package let name: PartitionName
    /// How it is kept; a change applies from the next append on.
    package var configuration: LogConfiguration
    /// The first offset that is kept.
    package private(set) var startOffset: Int64
    /// The offset that the next record gets.
    package private(set) var endOffset: Int64
    /// All before this offset is known to be on disk.
    package private(set) var recoveryPoint: Int64
    /// The leader epochs of the records.
    package private(set) var epochs: LeaderEpochs
    /// What opening it did: bytes that a crash had torn and that were cut off, batches that were read again.
    package private(set) var recovery = Recovery()

    /// What opening a log found to do.
    package struct Recovery: Hashable, Sendable {
        /// Bytes behind the last good batch, which were cut off.
        package var tornBytes: Int64 = 0
        /// Batches whose checksum was verified.
        package var verifiedBatches = 0
    }

    let storage: any Storage
    let directory: String
    var segments: [Segment] = []
    var producers: ProducerStates
    private var epochsAreWritten = true
    private var segmentBeganAtMs: Int64?

    /// Opens a partition's log, creating it where there is none.
    ///
    /// - Parameters:
    ///   - name: the partition; its folder has this name.
    ///   - storage: where the folders are.
    ///   - configuration: how to keep it.
    ///   - recoveryPoint: the offset up to which the disk is known to have everything (from the checkpoint file).
    ///   - wasClosed: whether the log was closed before the process ended; otherwise everything from the recovery
    ///     point on is verified and a torn tail is cut off.
    ///   - startOffset: where a log that is created begins.
    package init(
        _ name: PartitionName,
        in storage: any Storage,
        configuration: LogConfiguration = .init(),
        recoveryPoint: Int64 = 0,
        wasClosed: Bool = false,
        startOffset: Int64 = 0
    ) throws {
        self.name = name
        self.storage = storage
        self.directory = name.directory
        self.configuration = configuration
        self.recoveryPoint = recoveryPoint
        let found = try Self.segmentOffsets(in: storage, directory: name.directory)
        self.startOffset = found.first ?? startOffset
        self.endOffset = self.startOffset
        self.epochs = try Self.readEpochs(from: storage, directory: name.directory)
        self.producers = ProducerStates(isComplete: self.startOffset == 0)
        try self.openSegments(found.isEmpty ? [startOffset] : found, wasClosed: wasClosed)
        self.endOffset = self.segments.last?.nextOffset ?? self.startOffset
        self.recoveryPoint = wasClosed ? self.endOffset : min(self.recoveryPoint, self.endOffset)
        if self.epochs.truncate(to: self.endOffset) { self.epochsAreWritten = false }
        try self.restoreProducers(to: self.endOffset)
    }

    private static func segmentOffsets(in storage: any Storage, directory: String) throws -> [Int64] {
        try storage.list(directory).compactMap { file in
            file.hasSuffix(".log") ? Int64(file.dropLast(4)) : nil
        }.sorted()
    }

    /// The epochs as they were written; a damaged file is as none, and what can be is found again in the batches.
    private static func readEpochs(from storage: any Storage, directory: String) throws -> LeaderEpochs {
        do {
            return try LeaderEpochs(from: storage, directory: directory)
        } catch is LogError {
            return LeaderEpochs()
        }
    }

    private func openSegments(_ offsets: [Int64], wasClosed: Bool) throws {
        for (index, offset) in offsets.enumerated() {
            let end = index + 1 < offsets.count ? offsets[index + 1] : Int64.max
            let isTrusted = wasClosed || end <= self.recoveryPoint
            let segment = try Segment(
                baseOffset: offset,
                directory: self.directory,
                storage: self.storage,
                indexIntervalBytes: self.configuration.indexIntervalBytes,
                trustsIndexes: isTrusted
            )
            self.segments.append(segment)
            guard !isTrusted else { continue }
            let torn = try segment.recover(expecting: offset) { batch in
                self.recovery.verifiedBatches += 1
                if self.epochs.assign(batch.partitionLeaderEpoch, startOffset: batch.baseOffset) {
                    self.epochsAreWritten = false
                }
            }
            self.recovery.tornBytes += torn
            // A gap before the next segment means that its predecessor lost its end: what follows can't be kept.
            if torn > 0 || (end != .max && segment.nextOffset != end) {
                try self.removeSegments(offsets[(index + 1)...])
                return
            }
        }
    }

    private func removeSegments(_ offsets: ArraySlice<Int64>) throws {
        for offset in offsets {
            for suffix in ["log", OffsetIndexEntry.fileExtension, TimeIndexEntry.fileExtension] {
                try self.storage.remove("\(self.directory)/\(Segment.name(offset)).\(suffix)")
            }
        }
    }

    // MARK: - Appending

    /// What an append did.
    package enum AppendResult: Hashable, Sendable {
        /// The batch is at these offsets now.
        case appended(baseOffset: Int64, lastOffset: Int64)
        /// The batch has been at these offsets since an earlier try.
        case duplicate(baseOffset: Int64, lastOffset: Int64)
        /// Nothing was appended.
        case refused(ErrorCode)
    }

    /// Appends a producer's batch: checks it, compares its sequence numbers, and gives it offsets and the epoch.
    /// - Throws: ``StorageError`` when the disk refuses; the log must then be closed.
    package func append(_ records: ByteBuffer, leaderEpoch: Int32, nowMs: Int64) throws -> AppendResult {
        var batch: RecordBatch
        do {
            batch = try RecordBatch(records)
            try batch.validate()
        } catch {
            return .refused(.corruptMessage)
        }
        if batch.attributes.codec.rawValue > CompressionCodec.zstd.rawValue {
            return .refused(.unsupportedCompressionType)
        }
        // Markers are for brokers to write, and transactions are not offered.
        if batch.attributes.isControl || batch.attributes.isTransactional { return .refused(.invalidRecord) }
        switch self.producers.verdict(on: batch) {
        case .append: break
        case .duplicate(let baseOffset, let lastOffset):
            return .duplicate(baseOffset: baseOffset, lastOffset: lastOffset)
        case .refuse(let error): return .refused(error)
        }
        batch.stamp(baseOffset: self.endOffset, partitionLeaderEpoch: leaderEpoch)
        try self.write(batch.bytes, [batch], nowMs: nowMs)
        return .appended(baseOffset: batch.baseOffset, lastOffset: batch.lastOffset)
    }

    /// Appends batches as the leader has them. A last one that is not complete is left out.
    /// - Throws: ``LogError`` for batches that do not follow upon the log, `WireError` for damaged ones (nothing is
    ///   appended then), ``StorageError`` when the disk refuses.
    package func replicate(_ records: ByteBuffer, nowMs: Int64) throws {
        var rest = records
        var batches: [RecordBatch] = []
        var expected = self.endOffset
        while let batch = try RecordBatch.next(from: &rest) {
            guard batch.isChecksumValid, batch.lastOffsetDelta >= 0 else {
                throw WireError(.corruptRecords, "\(self.name): the leader's batch at \(batch.baseOffset) is damaged")
            }
            guard batch.baseOffset >= expected else {
                throw LogError(.notContiguous, "\(self.name): \(expected) wanted, \(batch.baseOffset) received")
            }
            expected = batch.nextOffset
            batches.append(batch)
        }
        guard !batches.isEmpty else { return }
        var bytes = records
        bytes.moveWriterIndex(to: rest.readerIndex)
        try self.write(bytes, batches, nowMs: nowMs)
    }

    private func write(_ bytes: ByteBuffer, _ batches: [RecordBatch], nowMs: Int64) throws {
        let segment = try self.segmentForAppend(
            of: bytes.readableBytes,
            lastOffset: batches.last?.lastOffset ?? 0,
            nowMs: nowMs
        )
        try segment.append(bytes, batches)
        for batch in batches {
            if self.epochs.assign(batch.partitionLeaderEpoch, startOffset: batch.baseOffset) {
                self.epochsAreWritten = false
            }
            self.producers.appended(batch)
            self.endOffset = batch.nextOffset
        }
    }

    private func segmentForAppend(of count: Int, lastOffset: Int64, nowMs: Int64) throws -> Segment {
        guard let active = self.segments.last else {
            throw LogError(.corrupt, "\(self.name) is closed")
        }
        if active.size == 0 {
            self.segmentBeganAtMs = nowMs
            return active
        }
        let began = self.segmentBeganAtMs ?? nowMs
        self.segmentBeganAtMs = began
        let isFull =
            active.size + Int64(count) > Int64(self.configuration.segmentLimit)
            || lastOffset - active.baseOffset > Int64(UInt32.max)
            || nowMs - began >= self.configuration.segmentMs
        return isFull ? try self.roll(nowMs: nowMs) : active
    }

    /// Begins a new segment.
    private func roll(nowMs: Int64) throws -> Segment {
        try self.segments.last?.seal()
        try self.writeProducerSnapshot()
        let segment = try Segment(
            baseOffset: self.endOffset,
            directory: self.directory,
            storage: self.storage,
            indexIntervalBytes: self.configuration.indexIntervalBytes,
            trustsIndexes: false
        )
        self.segments.append(segment)
        self.segmentBeganAtMs = nowMs
        return segment
    }

    // MARK: - Durability

    /// Makes everything so far durable and moves the recovery point to the end.
    package func flush() throws {
        guard self.recoveryPoint < self.endOffset || !self.epochsAreWritten else { return }
        // Epochs first: recovery finds those behind the recovery point in the batches, but not those before it.
        if !self.epochsAreWritten {
            try self.epochs.write(to: self.storage, directory: self.directory)
            self.epochsAreWritten = true
        }
        let unsynced = self.segments.partitionPoint { $0.baseOffset > self.recoveryPoint }
        for segment in self.segments[max(0, unsynced - 1)...] { try segment.sync() }
        try self.storage.syncDirectory(self.directory)
        self.recoveryPoint = self.endOffset
    }

    /// Makes everything durable and closes the files. Opened with `wasClosed`, the log needs no recovery.
    package func close() throws {
        try self.flush()
        try self.writeProducerSnapshot()
        for segment in self.segments { try segment.close() }
        self.segments = []
    }

    /// Closes the files and removes the partition's folder.
    package func delete() throws {
        for segment in self.segments { try segment.file.close() }
        self.segments = []
        // Renamed first: a crash amid the removal must not leave a log with holes under the partition's name.
        let doomed = "\(self.directory)\(Self.deletedSuffix)"
        try self.storage.remove(doomed)
        try self.storage.rename(self.directory, to: doomed)
        try self.storage.syncDirectory("")
        try self.storage.remove(doomed)
    }

    /// What a folder's name ends in while it is being removed.
    package static let deletedSuffix = ".deleted"

    // MARK: - Truncating

    /// Cuts off everything at or after the offset, durably: records that came back after a crash could lie behind new
    /// ones of a later epoch.
    package func truncate(to offset: Int64) throws {
        guard offset < self.endOffset else { return }
        guard offset > self.startOffset else { return try self.restart(at: max(offset, self.startOffset)) }
        while let last = self.segments.last, last.baseOffset >= offset, self.segments.count > 1 {
            try last.delete()
            self.segments.removeLast()
        }
        try self.storage.syncDirectory(self.directory)
        try self.segments.last?.truncate(to: offset)
        try self.segments.last?.file.sync()
        // The end is where the last kept batch ends, should the offset lie within a batch.
        self.endOffset = self.segments.last.map { $0.size == 0 ? $0.baseOffset : $0.nextOffset } ?? offset
        self.recoveryPoint = min(self.recoveryPoint, self.endOffset)
        if self.epochs.truncate(to: self.endOffset) { self.epochsAreWritten = false }
        try self.removeProducerSnapshots(after: self.endOffset)
        if !self.producers.truncate(to: self.endOffset) { try self.restoreProducers(to: self.endOffset) }
    }

    /// Removes everything and begins anew at the offset.
    package func restart(at offset: Int64) throws {
        for segment in self.segments { try segment.delete() }
        self.segments = []
        try self.removeProducerSnapshots(after: -1)
        try self.storage.syncDirectory(self.directory)
        self.segments = [
            try Segment(
                baseOffset: offset,
                directory: self.directory,
                storage: self.storage,
                indexIntervalBytes: self.configuration.indexIntervalBytes,
                trustsIndexes: false
            )
        ]
        self.startOffset = offset
        self.endOffset = offset
        self.recoveryPoint = min(self.recoveryPoint, offset)
        self.producers = ProducerStates(isComplete: offset == 0)
        if self.epochs.truncate(to: 0) { self.epochsAreWritten = false }
    }
}
