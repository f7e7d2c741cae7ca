// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The bounds of a partition's log.
package enum Limits {
    /// How much of a segment is read at a time while it is scanned, in bytes.
    static let scanChunkBytes = 1 << 20
    /// How many of the last batches' positions are kept at hand, so that reads at the end need no index.
    static let recentBatchesMax = 512
    /// How many batches of each idempotent producer are remembered, to answer repeated ones. Kafka's number: a producer
    /// may have five requests on their way.
    static let batchesPerProducer = 5
    /// How much of the log before a snapshot is read to find the earlier of these batches, in bytes.
    static let producerHistoryBytes: Int64 = 4 << 20
    /// How many idempotent producers a partition remembers; the one that was silent longest goes first.
    static let producersMax = 100_000
    /// How many index entries wait in memory before they are written.
    static let indexEntriesUnwrittenMax = 512
    /// The largest segment, in bytes: positions in it are signed 32-bit numbers on disk.
    static let segmentBytesMax = Int(Int32.max)
    /// How many snapshots of producers' state are kept.
    static let producerSnapshotsKept = 2
    /// The largest checkpoint or snapshot file that is read, in bytes.
    static let metadataFileBytesMax = 64 << 20
}
