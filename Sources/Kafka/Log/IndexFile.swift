// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore

/// An entry of a segment's sparse index.
protocol IndexEntry: Hashable, Sendable {
    /// Its size on disk.
    static var bytes: Int { get }
    /// The part of the file's name behind the dot.
    static var fileExtension: String { get }
    init?(from buffer: inout ByteBuffer)
    func write(to buffer: inout ByteBuffer)
}

/// Where a batch begins: its last offset, less the segment's first, and its position in the segment.
struct OffsetIndexEntry: IndexEntry {
    static let bytes = 8
    static let fileExtension = "index"
    var relativeOffset: UInt32
    var position: UInt32

    init(relativeOffset: UInt32, position: UInt32) {
        self.relativeOffset = relativeOffset
        self.position = position
    }

    init?(from buffer: inout ByteBuffer) {
        guard let (offset, position) = buffer.readMultipleIntegers(as: (UInt32, UInt32).self) else { return nil }
        self.init(relativeOffset: offset, position: position)
    }

    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.relativeOffset, self.position)
    }
}

/// The latest time so far, and the last offset of the batch that has it, less the segment's first.
struct TimeIndexEntry: IndexEntry {
    static let bytes = 12
    static let fileExtension = "timeindex"
    var timestamp: Int64
    var relativeOffset: UInt32

    init(timestamp: Int64, relativeOffset: UInt32) {
        self.timestamp = timestamp
        self.relativeOffset = relativeOffset
    }

    init?(from buffer: inout ByteBuffer) {
        guard let (timestamp, offset) = buffer.readMultipleIntegers(as: (Int64, UInt32).self) else { return nil }
        self.init(timestamp: timestamp, relativeOffset: offset)
    }

    func write(to buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(self.timestamp, self.relativeOffset)
    }
}

/// An index in memory and on disk. What is not written yet would be found again by recovery, so that writing waits for
/// enough entries, a new segment, or the end.
struct IndexFile<Entry: IndexEntry> {
    private let path: String
    private(set) var entries: [Entry] = []
    /// How many of them are on disk.
    private var writtenCount = 0

    /// An index without entries; its file, if there is one, is replaced at the first writing.
    init(segment: String) {
        self.path = "\(segment).\(Entry.fileExtension)"
        self.isFileStale = true
    }

    /// Whether the file holds something else than the entries.
    private var isFileStale: Bool
    /// Whether the file may not have reached the disk.
    private var isUnsynced = true

    /// The index on disk; nil when there is none, or one whose size is not a whole number of entries.
    static func load(segment: String, from storage: any Storage) throws -> IndexFile? {
        var index = IndexFile(segment: segment)
        guard try storage.exists(index.path) else { return nil }
        let file = try storage.open(index.path, create: false)
        defer { _ = try? file.close() }  // only read: closing can't lose anything
        guard file.size % Int64(Entry.bytes) == 0, file.size <= Int64(Limits.metadataFileBytesMax) else { return nil }
        var bytes = try file.read(at: 0, count: Int(file.size))
        index.entries.reserveCapacity(bytes.readableBytes / Entry.bytes)
        while let entry = Entry(from: &bytes) { index.entries.append(entry) }
        index.writtenCount = index.entries.count
        index.isFileStale = false
        return index
    }

    mutating func append(_ entry: Entry) {
        self.entries.append(entry)
    }

    /// Whether so many entries wait that they should be written.
    var isWriteDue: Bool { self.entries.count - self.writtenCount >= Limits.indexEntriesUnwrittenMax }

    mutating func removeLast(where isGone: (Entry) -> Bool) {
        while let last = self.entries.last, isGone(last) { self.entries.removeLast() }
        guard self.entries.count < self.writtenCount else { return }
        // Noted now: entries that are appended before the next writing are others than those on disk.
        self.writtenCount = self.entries.count
        self.isFileStale = true
    }

    /// Writes what is not on disk yet; `durably` makes sure that what was there before can't come back.
    mutating func write(to storage: any Storage, durably: Bool) throws {
        guard self.isFileStale || self.writtenCount < self.entries.count || (durably && self.isUnsynced) else { return }
        let file = try storage.open(self.path, create: true)
        if self.isFileStale {
            // Entries up to here are those that were written, unless the file was there before this index was made.
            if file.size < Int64(self.writtenCount * Entry.bytes) { self.writtenCount = 0 }
            try file.truncate(to: Int64(self.writtenCount * Entry.bytes))
        }
        var bytes = ByteBuffer()
        for entry in self.entries[self.writtenCount...] { entry.write(to: &bytes) }
        try file.append(bytes)
        if durably { try file.sync() }
        try file.close()
        self.writtenCount = self.entries.count
        self.isFileStale = false
        self.isUnsynced = !durably
    }
}

extension Array {
    /// The index of the first element for which `isAfter` holds, in an array where it holds from some point on.
    func partitionPoint(where isAfter: (Element) -> Bool) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
