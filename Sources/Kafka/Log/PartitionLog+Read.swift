// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
package import NIOCore

extension PartitionLog {
    /// The batches from the one that has `offset` on.
    ///
    /// - Parameters:
    ///   - offset: the first offset wanted.
    ///   - endOffset: nothing at or after it is read (a high watermark for consumers, the log's end for followers).
    ///   - bytesMax: how much to read at most; the first batch counts as a whole when `atLeastOneBatch` is set.
    /// - Throws: ``LogError`` with code `offsetOutOfRange` for an offset that the log does not have.
    package func read(
        from offset: Int64,
        upTo endOffset: Int64,
        bytesMax: Int,
        atLeastOneBatch: Bool
    ) throws -> LogSlice {
        guard offset >= self.startOffset, offset <= self.endOffset else {
            throw LogError(
                .offsetOutOfRange,
                "\(self.name): \(offset) is not within \(self.startOffset)…\(self.endOffset)"
            )
        }
        let index = self.segments.partitionPoint { $0.baseOffset > offset } - 1
        guard index >= 0, offset < endOffset else { return self.nothing(at: offset) }
        var found: (segment: Segment, place: Segment.Place)?
        for segment in self.segments[index...] {
            if let place = try segment.place(atOrAfter: offset) {
                found = (segment, place)
                break
            }
        }
        guard let (segment, first) = found, first.baseOffset < endOffset else { return self.nothing(at: offset) }
        var end = segment.size
        if endOffset < self.endOffset, let place = try segment.place(atOrAfter: endOffset) {
            // A batch that holds the end is left out; readers are never shown a part of a batch beyond it.
            end = place.position
        }
        let available = Int(end - first.position)
        var count = min(available, max(0, bytesMax))
        if count < first.count { count = atLeastOneBatch ? min(first.count, available) : 0 }
        return LogSlice(file: segment.file, position: first.position, count: count, baseOffset: first.baseOffset)
    }

    private func nothing(at offset: Int64) -> LogSlice {
        guard let file = self.segments.last?.file else {
            preconditionFailure("\(self.name) was read after it was closed")
        }
        return LogSlice(file: file, position: 0, count: 0, baseOffset: offset)
    }

    /// Everything between two offsets, for a coordinator that takes a partition over.
    package func readAll(from offset: Int64, upTo endOffset: Int64, _ body: (ByteBuffer) throws -> Void) throws {
        var next = max(offset, self.startOffset)
        while next < min(endOffset, self.endOffset) {
            let slice = try self.read(
                from: next,
                upTo: endOffset,
                bytesMax: Limits.scanChunkBytes,
                atLeastOneBatch: true
            )
            guard slice.count > 0 else { return }
            var rest = try slice.bytes()
            let bytes = rest
            while let batch = try RecordBatch.next(from: &rest) { next = batch.nextOffset }
            guard rest.readerIndex > bytes.readerIndex else {
                throw LogError(.corrupt, "\(self.name) has no batch at \(next)")
            }
            var whole = bytes
            whole.moveWriterIndex(to: rest.readerIndex)
            try body(whole)
        }
    }

    /// A record found by its time.
    package struct TimestampedOffset: Hashable, Sendable {
        /// The record's offset.
        package var offset: Int64
        /// The record's time, in ms since 1970.
        package var timestamp: Int64
        /// The leader epoch of its batch.
        package var leaderEpoch: Int32
    }

    /// The first record at or after a time, in ms since 1970; nil when there is none.
    ///
    /// Within a compressed batch, which stays unopened, the batch's first record is answered.
    package func offset(atOrAfter timestamp: Int64) throws -> TimestampedOffset? {
        for segment in self.segments {
            guard let place = try segment.place(atOrAfterTime: timestamp) else { continue }
            let batch = try segment.batch(at: place)
            var found = TimestampedOffset(
                offset: batch.baseOffset,
                timestamp: batch.baseTimestamp,
                leaderEpoch: batch.partitionLeaderEpoch
            )
            if batch.attributes.codec == .none,
                let record = try batch.records().first(where: { $0.timestamp >= timestamp })
            {
                found.offset = record.offset
                found.timestamp = record.timestamp
            }
            return found
        }
        return nil
    }
}
