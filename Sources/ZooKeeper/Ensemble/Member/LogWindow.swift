// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import ZooKeeperProtocol

/// The end of a member's log that it holds in memory: all that is not committed, and what followers that were away for
/// a moment may need.
struct LogWindow: Hashable, Sendable {
    private(set) var entries: Deque<LogEntry> = []
    /// The transaction before the first entry; whoever is further behind needs a snapshot.
    private(set) var floor: Zxid

    init(floor: Zxid, entries: [LogEntry] = []) {
        self.floor = floor
        self.entries = Deque(entries)
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

    /// Up to `count` entries after that one.
    func entries(after zxid: Zxid, count: Int) -> [LogEntry] {
        let start = self.index(after: zxid)
        return Array(self.entries[start..<min(self.entries.count, start + count)])
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
    }

    mutating func truncate(after zxid: Zxid) {
        self.entries.removeLast(self.entries.count - self.index(after: zxid))
    }

    /// Forgets the oldest committed entries beyond a number of them.
    mutating func trim(to count: Int, committed: Zxid) {
        while self.entries.count > count, let first = self.entries.first, first.zxid <= committed {
            self.floor = first.zxid
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
