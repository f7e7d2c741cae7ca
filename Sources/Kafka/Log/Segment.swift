// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// One file of a log with its two indexes.
///
/// Not for use from two threads at once, like the log that owns it.
final class Segment {
    /// A batch's place in the segment.
    struct Place: Hashable {
        var baseOffset: Int64
        var lastOffset: Int64
        var position: Int64
        var count: Int
        var maxTimestamp: Int64

        init(_ batch: RecordBatch, position: Int64) {
            self.baseOffset = batch.baseOffset
            self.lastOffset = batch.lastOffset
            self.position = position
            self.count = batch.count
            self.maxTimestamp = batch.maxTimestamp
        }
    }

    let baseOffset: Int64
    let file: any StorageFile
    private let storage: any Storage
    private let path: String
    private let indexIntervalBytes: Int

    /// The size in bytes.
    private(set) var size: Int64
    /// The latest time of a record, in ms since 1970; -1 for an empty segment.
    private(set) var maxTimestamp: Int64 = -1
    private var offsetOfMaxTimestamp: Int64 = -1
    private var offsets: IndexFile<OffsetIndexEntry>
    private var times: IndexFile<TimeIndexEntry>
    private var bytesSinceEntry = 0
    /// The places of the last batches, ascending and without a gap up to the end.
    private var recent: [Place] = []

    /// Opens a segment; whether its indexes can be believed is for the caller to know.
    init(
        baseOffset: Int64,
        directory: String,
        storage: any Storage,
        indexIntervalBytes: Int,
        trustsIndexes: Bool
    ) throws {
        self.baseOffset = baseOffset
        self.storage = storage
        self.path = "\(directory)/\(Self.name(baseOffset))"
        self.indexIntervalBytes = indexIntervalBytes
        self.file = try storage.open(self.path + ".log", create: true)
        self.size = self.file.size
        self.offsets = IndexFile(segment: self.path)
        self.times = IndexFile(segment: self.path)
        guard trustsIndexes, self.size > 0 else { return }
        if let offsets = try IndexFile<OffsetIndexEntry>.load(segment: self.path, from: storage),
            let times = try IndexFile<TimeIndexEntry>.load(segment: self.path, from: storage),
            offsets.entries.last.map({ Int64($0.position) < self.size }) ?? true
        {
            self.offsets = offsets
            self.times = times
            if let last = times.entries.last {
                self.maxTimestamp = last.timestamp
                self.offsetOfMaxTimestamp = baseOffset + Int64(last.relativeOffset)
            }
            let position = offsets.entries.last.map { Int64($0.position) } ?? 0
            try self.scan(from: position) { batch, position in
                self.note(batch, position: position, addsIndexEntries: false)
                return true
            }
        } else {
            try self.rebuildIndexes()
        }
    }

    /// An offset as Kafka names its files: 20 digits.
    static func name(_ offset: Int64) -> String {
        let digits = String(offset)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    /// The offset after the last batch.
    var nextOffset: Int64 { self.recent.last.map { $0.lastOffset + 1 } ?? self.baseOffset }

    // MARK: - Writing

    /// Appends batches, `bytes` in all.
    func append(_ bytes: ByteBuffer, _ batches: [RecordBatch]) throws {
        try self.file.append(bytes)
        var position = self.size
        for batch in batches {
            self.note(batch, position: position, addsIndexEntries: true)
            position += Int64(batch.count)
        }
        self.size = position
        if self.offsets.isWriteDue || self.times.isWriteDue { try self.writeIndexes(durably: false) }
    }

    private func note(_ batch: RecordBatch, position: Int64, addsIndexEntries: Bool) {
        if batch.maxTimestamp > self.maxTimestamp {
            self.maxTimestamp = batch.maxTimestamp
            self.offsetOfMaxTimestamp = batch.lastOffset
        }
        if addsIndexEntries {
            if self.bytesSinceEntry > self.indexIntervalBytes {
                self.addEntries(lastOffset: batch.lastOffset, position: position)
            }
            self.bytesSinceEntry += batch.count
        }
        if self.recent.count >= 2 * Limits.recentBatchesMax {
            self.recent.removeFirst(Limits.recentBatchesMax)
        }
        self.recent.append(Place(batch, position: position))
    }

    private func addEntries(lastOffset: Int64, position: Int64) {
        self.offsets.append(.init(relativeOffset: UInt32(lastOffset - self.baseOffset), position: UInt32(position)))
        self.addTimeEntry()
        self.bytesSinceEntry = 0
    }

    private func addTimeEntry() {
        guard self.maxTimestamp >= 0, self.maxTimestamp > self.times.entries.last?.timestamp ?? -1 else { return }
        let relative = UInt32(self.offsetOfMaxTimestamp - self.baseOffset)
        self.times.append(.init(timestamp: self.maxTimestamp, relativeOffset: relative))
    }

    private func writeIndexes(durably: Bool) throws {
        try self.offsets.write(to: self.storage, durably: durably)
        try self.times.write(to: self.storage, durably: durably)
    }

    /// Makes the segment and its indexes durable.
    func sync() throws {
        try self.file.sync()
        // Below the recovery point they are believed: entries of a past that was truncated must not come back.
        try self.writeIndexes(durably: true)
    }

    /// No more batches come: the latest time gets its entry, and reads go by the index from now on.
    func seal() throws {
        self.addTimeEntry()
        self.recent.removeFirst(max(0, self.recent.count - 1))
        try self.writeIndexes(durably: false)
    }

    func close() throws {
        self.addTimeEntry()
        try self.writeIndexes(durably: true)
        try self.file.close()
    }

    func delete() throws {
        try self.file.close()
        for suffix in ["log", OffsetIndexEntry.fileExtension, TimeIndexEntry.fileExtension] {
            try self.storage.remove("\(self.path).\(suffix)")
        }
    }

    /// Removes all batches with an offset at or after the one given.
    func truncate(to endOffset: Int64) throws {
        let position = try self.place(atOrAfter: endOffset)?.position ?? self.size
        guard position < self.size else { return }
        try self.file.truncate(to: position)
        self.size = position
        try self.rebuildAfterTruncation()
    }

    private func rebuildAfterTruncation() throws {
        let size = self.size
        self.offsets.removeLast { Int64($0.position) >= size }
        let last = self.offsets.entries.last
        let lastRelative = last?.relativeOffset ?? 0
        self.times.removeLast { last == nil || $0.relativeOffset > lastRelative }
        self.maxTimestamp = self.times.entries.last?.timestamp ?? -1
        self.offsetOfMaxTimestamp = self.times.entries.last.map { self.baseOffset + Int64($0.relativeOffset) } ?? -1
        self.recent = []
        self.bytesSinceEntry = 0
        try self.scan(from: last.map { Int64($0.position) } ?? 0) { batch, position in
            self.note(batch, position: position, addsIndexEntries: false)
            return true
        }
    }

    // MARK: - Recovery

    /// Reads the segment from its start, checks each batch, cuts off what is behind the last good one, and makes the
    /// indexes anew.
    /// - Returns: how many bytes were cut off.
    func recover(expecting firstOffset: Int64, _ body: (RecordBatch) -> Void) throws -> Int64 {
        self.resetIndexes()
        var expected = firstOffset
        var end: Int64 = 0
        try self.scan(from: 0) { batch, position in
            guard batch.baseOffset >= expected, batch.lastOffset >= batch.baseOffset, batch.isChecksumValid else {
                return false
            }
            expected = batch.nextOffset
            end = position + Int64(batch.count)
            self.note(batch, position: position, addsIndexEntries: true)
            body(batch)
            return true
        }
        let torn = self.size - end
        if torn > 0 {
            try self.file.truncate(to: end)
            self.size = end
        }
        return torn
    }

    private func resetIndexes() {
        self.offsets = IndexFile(segment: self.path)
        self.times = IndexFile(segment: self.path)
        self.bytesSinceEntry = 0
        self.recent = []
        self.maxTimestamp = -1
        self.offsetOfMaxTimestamp = -1
    }

    private func rebuildIndexes() throws {
        self.resetIndexes()
        try self.scan(from: 0) { batch, position in
            self.note(batch, position: position, addsIndexEntries: true)
            return true
        }
    }

    /// Hands over batch after batch from a position, until `body` says no, the end, or something that is no batch.
    func scan(from start: Int64, _ body: (RecordBatch, Int64) throws -> Bool) throws {
        var position = start
        var wanted = Limits.scanChunkBytes
        while position < self.size {
            var chunk = try self.file.read(at: position, count: Int(min(Int64(wanted), self.size - position)))
            let available = chunk.readableBytes
            var used = 0
            do {
                while let batch = try RecordBatch.next(from: &chunk) {
                    guard try body(batch, position + Int64(used)) else { return }
                    used = available - chunk.readableBytes
                }
            } catch is WireError {
                return  // not a batch: what follows it can't be found either
            }
            position += Int64(used)
            if used == 0 {
                // One batch is larger than what was read; at the end of the file it is a torn one.
                guard wanted < KafkaProtocol.Limits.batchBytesMax, position + Int64(available) < self.size else {
                    return
                }
                wanted *= 8
            } else {
                wanted = Limits.scanChunkBytes
            }
        }
    }

    // MARK: - Finding

    /// The first batch that ends at or after the offset; nil when the segment ends before.
    func place(atOrAfter offset: Int64) throws -> Place? {
        if let first = self.recent.first, offset >= first.baseOffset {
            let index = self.recent.partitionPoint { $0.lastOffset >= offset }
            return index < self.recent.count ? self.recent[index] : nil
        }
        let relative = offset - self.baseOffset
        let index = self.offsets.entries.partitionPoint { Int64($0.relativeOffset) > relative } - 1
        return try self.firstPlace(from: index < 0 ? 0 : Int64(self.offsets.entries[index].position)) {
            $0.lastOffset >= offset
        }
    }

    /// The position of a batch at least that many bytes before the end, or of the first.
    func position(beforeEnd count: Int64) -> Int64 {
        let wanted = self.size - count
        let index = self.offsets.entries.partitionPoint { Int64($0.position) > wanted } - 1
        return index < 0 ? 0 : Int64(self.offsets.entries[index].position)
    }

    /// The first batch with a record at or after the time; nil when there is none.
    func place(atOrAfterTime timestamp: Int64) throws -> Place? {
        guard self.maxTimestamp >= timestamp else { return nil }
        let index = self.times.entries.partitionPoint { $0.timestamp >= timestamp } - 1
        let offset = index < 0 ? self.baseOffset : self.baseOffset + Int64(self.times.entries[index].relativeOffset)
        guard let start = try self.place(atOrAfter: offset) else { return nil }
        return try self.firstPlace(from: start.position) { $0.maxTimestamp >= timestamp }
    }

    /// Reads headers one after another: an index entry is never far away.
    private func firstPlace(from start: Int64, where isWanted: (Place) -> Bool) throws -> Place? {
        var position = start
        while position < self.size {
            let header = try self.file.read(at: position, count: RecordBatch.headerBytes)
            guard let place = Place(header: header, position: position) else {
                throw LogError(.corrupt, "\(self.path).log has no batch at \(position)")
            }
            if isWanted(place) { return place }
            position += Int64(place.count)
        }
        return nil
    }

    /// The whole batch at a place.
    func batch(at place: Place) throws -> RecordBatch {
        try RecordBatch(self.file.read(at: place.position, count: place.count))
    }
}

extension Segment.Place {
    /// The place of a batch of which only the header was read.
    init?(header: ByteBuffer, position: Int64) {
        let start = header.readerIndex
        guard header.readableBytes >= RecordBatch.headerBytes,
            let baseOffset = header.getInteger(at: start, as: Int64.self),
            let length = header.getInteger(at: start + 8, as: Int32.self), length > 0,
            let delta = header.getInteger(at: start + 23, as: Int32.self),
            let maxTimestamp = header.getInteger(at: start + 35, as: Int64.self)
        else { return nil }
        self.baseOffset = baseOffset
        self.lastOffset = baseOffset + Int64(delta)
        self.position = position
        self.count = RecordBatch.overheadBytes + Int(length)
        self.maxTimestamp = maxTimestamp
    }
}
