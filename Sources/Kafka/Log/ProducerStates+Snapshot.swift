// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// Kafka's `<offset>.snapshot`: the state of producers up to an offset, version 1, with a checksum over the entries.
extension ProducerStates {
    private static let version: Int16 = 1
    private static let headBytes = 6
    /// Not in a transaction.
    private static let noOffset: Int64 = -1

    /// Writes the last batch of each producer; the earlier ones are found again in the log.
    func writeSnapshot(to path: String, in storage: any Storage) throws {
        var entries = ByteBuffer()
        entries.writeInteger(Int32(self.producers.count))
        for (id, producer) in self.producers.sorted(by: { $0.key < $1.key }) {
            guard let last = producer.batches.last else { continue }
            entries.writeInteger(id)
            entries.writeInteger(producer.epoch)
            entries.writeInteger(last.lastSequence)
            entries.writeInteger(last.lastOffset)
            entries.writeInteger(Int32(truncatingIfNeeded: last.lastOffset - last.baseOffset))
            entries.writeInteger(last.timestamp)
            entries.writeInteger(-1 as Int32)  // the epoch of a transaction coordinator
            entries.writeInteger(Self.noOffset)
        }
        var file = ByteBuffer()
        file.writeInteger(Self.version)
        file.writeInteger(entries.withUnsafeReadableBytes(CRC32C.checksum))
        file.writeBuffer(&entries)
        // With its checksum, and the log to fall back on, it may be lost.
        try storage.replace(path, with: file, durably: false)
    }

    /// Reads a snapshot.
    /// - Throws: ``LogError`` for one that is damaged: it is then as if there were none.
    static func readSnapshot(from path: String, in storage: any Storage) throws -> ProducerStates {
        let file = try storage.open(path, create: false)
        defer { _ = try? file.close() }  // only read: closing can't lose anything
        guard file.size <= Int64(Limits.metadataFileBytesMax) else {
            throw LogError(.corrupt, "\(path) has \(file.size) bytes")
        }
        var bytes = try file.read(at: 0, count: Int(file.size))
        guard let (version, checksum) = bytes.readMultipleIntegers(as: (Int16, UInt32).self), version == Self.version,
            bytes.withUnsafeReadableBytes(CRC32C.checksum) == checksum,
            let count = bytes.readInteger(as: Int32.self)
        else {
            throw LogError(.corrupt, "\(path) is not a snapshot of version 1 with a fitting checksum")
        }
        var states = ProducerStates(isComplete: true)
        for _ in 0..<max(0, count) {
            guard let (id, epoch) = bytes.readMultipleIntegers(as: (Int64, Int16).self),
                let (lastSequence, lastOffset) = bytes.readMultipleIntegers(as: (Int32, Int64).self),
                let (delta, timestamp) = bytes.readMultipleIntegers(as: (Int32, Int64).self),
                bytes.readMultipleIntegers(as: (Int32, Int64).self) != nil
            else {
                throw LogError(.corrupt, "\(path) ends within an entry")
            }
            let batch = Batch(
                firstSequence: Int32(truncatingIfNeeded: (Int64(lastSequence) - Int64(delta)) & 0x7fff_ffff),
                lastSequence: lastSequence,
                baseOffset: lastOffset - Int64(delta),
                lastOffset: lastOffset,
                timestamp: timestamp
            )
            states.restore(id, Producer(epoch: epoch, batches: [batch]))
        }
        return states
    }
}
