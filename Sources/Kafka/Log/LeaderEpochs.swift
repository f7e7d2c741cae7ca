// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// Where each leader epoch begins in a log, kept in `leader-epoch-checkpoint`.
package struct LeaderEpochs: Hashable, Sendable {
    /// An epoch and the offset of its first record.
    package struct Entry: Hashable, Sendable {
        /// The leader epoch.
        package var epoch: Int32
        /// The offset of its first record.
        package var startOffset: Int64

        /// An epoch that begins at the offset.
        package init(epoch: Int32, startOffset: Int64) {
            self.epoch = epoch
            self.startOffset = startOffset
        }
    }

    /// Epochs and offsets, both ascending.
    package private(set) var entries: [Entry] = []

    /// No epochs.
    package init() {}

    /// The epoch of the last record; nil for none.
    package var latest: Int32? { self.entries.last?.epoch }

    /// Notes that a record of that epoch is at the offset; true when that began an epoch.
    mutating func assign(_ epoch: Int32, startOffset: Int64) -> Bool {
        guard epoch >= 0 else { return false }
        if let last = self.entries.last {
            if epoch == last.epoch, startOffset >= last.startOffset { return false }
            // Entries that a wrong past left behind give way to what the log holds.
            self.entries.removeAll { $0.epoch >= epoch || $0.startOffset >= startOffset }
        }
        self.entries.append(Entry(epoch: epoch, startOffset: startOffset))
        return true
    }

    /// The largest epoch up to the one asked for, and where it ends: at the start of the next, or at the log's end.
    ///
    /// Nil when the log has no epoch that early.
    package func endOffset(of epoch: Int32, logEndOffset: Int64) -> (epoch: Int32, endOffset: Int64)? {
        guard let index = self.entries.lastIndex(where: { $0.epoch <= epoch }) else { return nil }
        let next = index + 1
        return (self.entries[index].epoch, next < self.entries.count ? self.entries[next].startOffset : logEndOffset)
    }

    /// The epoch of the record at the offset; nil when it is not known.
    package func epoch(of offset: Int64) -> Int32? {
        self.entries.last { $0.startOffset <= offset }?.epoch
    }

    /// Forgets epochs that begin at or after the offset; true when there were any.
    mutating func truncate(to endOffset: Int64) -> Bool {
        guard let last = self.entries.last, last.startOffset >= endOffset else { return false }
        self.entries.removeAll { $0.startOffset >= endOffset }
        return true
    }

    static let fileName = "leader-epoch-checkpoint"

    init(from storage: any Storage, directory: String) throws {
        let path = "\(directory)/\(Self.fileName)"
        for line in try CheckpointFile.read(path, from: storage) ?? [] {
            let words = line.split(separator: " ")
            guard words.count == 2, let epoch = Int32(words[0]), let start = Int64(words[1]) else {
                throw LogError(.corrupt, "\(path): “\(line)” is not “epoch offset”")
            }
            _ = self.assign(epoch, startOffset: start)
        }
    }

    func write(to storage: any Storage, directory: String) throws {
        let lines = self.entries.map { "\($0.epoch) \($0.startOffset)" }
        try CheckpointFile.write(lines, to: "\(directory)/\(Self.fileName)", in: storage)
    }
}
