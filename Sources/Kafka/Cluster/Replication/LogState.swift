// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Where a leader epoch begins in a log.
package struct EpochStart: Hashable, Sendable {
    package var epoch: Int32
    package var startOffset: Int64

    package init(epoch: Int32, startOffset: Int64) {
        self.epoch = epoch
        self.startOffset = startOffset
    }
}

/// What a partition's machine knows of its log: a reading taken after each operation on it.
package struct LogState: Hashable, Sendable {
    /// The first offset that is kept.
    package var startOffset: Int64
    /// The offset of the next record.
    package var endOffset: Int64
    /// The leader epochs of the records, ascending.
    package var epochs: [EpochStart]

    package init(startOffset: Int64 = 0, endOffset: Int64 = 0, epochs: [EpochStart] = []) {
        self.startOffset = startOffset
        self.endOffset = endOffset
        self.epochs = epochs
    }

    /// The epoch of the last record; nil for an empty log.
    package var latestEpoch: Int32? { self.epochs.last?.epoch }

    /// The largest epoch up to the given one that the log knows, and the offset behind its last record.
    ///
    /// This is the answer to OffsetForLeaderEpoch (KIP-101, KIP-279); nil when all records are of later epochs.
    package func end(ofEpoch epoch: Int32) -> (epoch: Int32, endOffset: Int64)? {
        guard let index = self.epochs.lastIndex(where: { $0.epoch <= epoch }) else { return nil }
        let end = index + 1 < self.epochs.count ? self.epochs[index + 1].startOffset : self.endOffset
        return (self.epochs[index].epoch, end)
    }
}
