// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol

extension PartitionLog {
    private static let snapshotSuffix = ".snapshot"

    private func snapshotOffsets() throws -> [Int64] {
        try self.storage.list(self.directory).compactMap { file in
            file.hasSuffix(Self.snapshotSuffix) ? Int64(file.dropLast(Self.snapshotSuffix.count)) : nil
        }.sorted()
    }

    private func snapshotPath(_ offset: Int64) -> String {
        "\(self.directory)/\(Segment.name(offset))\(Self.snapshotSuffix)"
    }

    /// Writes the producers' state at the end of the log, and removes old snapshots.
    func writeProducerSnapshot() throws {
        let path = self.snapshotPath(self.endOffset)
        guard self.endOffset > self.startOffset, try !self.storage.exists(path) else { return }
        try self.producers.writeSnapshot(to: path, in: self.storage)
        for offset in try self.snapshotOffsets().dropLast(Limits.producerSnapshotsKept) {
            try self.storage.remove(self.snapshotPath(offset))
        }
    }

    /// Removes snapshots of a past that was cut off.
    func removeProducerSnapshots(after endOffset: Int64) throws {
        for offset in try self.snapshotOffsets() where offset > endOffset {
            try self.storage.remove(self.snapshotPath(offset))
        }
    }

    /// Finds out the producers' state at an offset: from the latest snapshot before, and the batches behind it.
    func restoreProducers(to endOffset: Int64) throws {
        var states = ProducerStates(isComplete: self.startOffset == 0)
        var position = self.startOffset
        for offset in try self.snapshotOffsets().reversed() where offset <= endOffset && offset > self.startOffset {
            do {
                states = try ProducerStates.readSnapshot(from: self.snapshotPath(offset), in: self.storage)
                position = offset
                states.recall(try self.history(before: offset))
                break
            } catch is LogError {
                continue  // damaged: an older one, or the log itself, will do
            }
        }
        try self.removeProducerSnapshots(after: endOffset)
        let first = max(0, self.segments.partitionPoint { $0.baseOffset > position } - 1)
        for segment in self.segments[first...] {
            guard let start = try segment.place(atOrAfter: position) else { continue }
            try segment.scan(from: start.position) { batch, _ in
                guard batch.nextOffset <= endOffset else { return false }
                if batch.baseOffset >= position { states.appended(batch) }
                return true
            }
        }
        self.producers = states
    }

    /// The producers of the last batches before an offset: a snapshot has only the last batch of each.
    private func history(before endOffset: Int64) throws -> ProducerStates {
        var history = ProducerStates(isComplete: false)
        let end = self.segments.partitionPoint { $0.baseOffset >= endOffset }
        var first = end
        var bytes: Int64 = 0
        while first > 0, bytes < Limits.producerHistoryBytes {
            first -= 1
            bytes += self.segments[first].size
        }
        for (index, segment) in self.segments[first..<end].enumerated() {
            let start =
                index == 0
                ? segment.position(beforeEnd: max(0, segment.size - (bytes - Limits.producerHistoryBytes))) : 0
            try segment.scan(from: start) { batch, _ in
                guard batch.nextOffset <= endOffset else { return false }
                history.appended(batch)
                return true
            }
        }
        return history
    }
}
