// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import ZooKeeperProtocol

/// The end of a member's log that it holds in memory: all that is not committed, and what followers that were away for
/// a moment may need.
struct LogWindow: Hashable, Sendable {
    private(set) var entries: Deque<LogEntry> = []
    /// About how much memory the entries take.
    private(set) var bytes = 0
    /// The transaction before the first entry; whoever is further behind needs a snapshot.
    private(set) var floor: Zxid

    init(floor: Zxid, entries: [LogEntry] = []) {
        self.floor = floor
        for entry in entries { self.append(entry) }
    }

    /// The last transaction of the log.
    var last: Zxid { self.entries.last?.zxid ?? self.floor }

    func contains(_ zxid: Zxid) -> Bool {
        if zxid == self.floor { return true }
        let index = self.index(after: zxid)
        return index > 0 && self.entries[index - 1].zxid == zxid
    }

    /// The last transaction at or before that one, unless it is before the window.
    func latest(upTo zxid: Zxid) -> Zxid? {
        if zxid < self.floor { return nil }
        let index = self.index(after: zxid)
        return index == 0 ? self.floor : self.entries[index - 1].zxid
    }

    /// Up to `count` entries after that one, and no more than fit into so many bytes (but one at least).
    func entries(after zxid: Zxid, count: Int, bytesMax: Int) -> [LogEntry] {
        let start = self.index(after: zxid)
        var end = start
        var bytes = 0
        while end < min(self.entries.count, start + count) {
            bytes += self.entries[end].transaction.bytes
            if bytes > bytesMax, end > start { break }
            end += 1
        }
        return Array(self.entries[start..<end])
    }

    /// The entries after one, up to another.
    func entries(after start: Zxid, upTo end: Zxid) -> [LogEntry] {
        Array(self.entries[self.index(after: start)..<self.index(after: end)])
    }

    /// How many entries there are after one, up to another.
    func distance(_ start: Zxid, _ end: Zxid) -> Int {
        max(0, self.index(after: end) - self.index(after: start))
    }

    mutating func append(_ entry: LogEntry) {
        self.entries.append(entry)
        self.bytes += entry.transaction.bytes
    }

    mutating func truncate(after zxid: Zxid) {
        let end = self.index(after: zxid)
        for entry in self.entries[end...] { self.bytes -= entry.transaction.bytes }
        self.entries.removeLast(self.entries.count - end)
    }

    /// Forgets the oldest committed entries beyond a number of them, or of bytes.
    mutating func trim(to count: Int, bytesMax: Int, committed: Zxid) {
        while self.entries.count > count || self.bytes > bytesMax, let first = self.entries.first,
            first.zxid <= committed
        {
            self.floor = first.zxid
            self.bytes -= first.transaction.bytes
            self.entries.removeFirst()
        }
    }

    /// The index of the first entry after that one.
    private func index(after zxid: Zxid) -> Int {
        var (low, high) = (0, self.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if self.entries[middle].zxid <= zxid { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
