// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
package import KafkaProtocol

/// A produce request that waits: for its appends to be performed, then (acks=all) for the in-sync replicas.
struct PendingProduce: Hashable, Sendable {
    var id: RequestID
    var acks: Int16
    var deadline: Instant
    var results: [ProduceResult]
    /// The slots that are not settled.
    var openCount: Int
}

/// What one partition of a produce request came to.
package struct ProduceResult: Hashable, Sendable {
    package var partition: TopicPartition
    package var error: ErrorCode = .none
    package var baseOffset: Int64 = -1
    package var logAppendTimeMs: Int64 = -1
    package var logStartOffset: Int64 = -1
    var isSettled = false

    package init(partition: TopicPartition, error: ErrorCode = .none) {
        self.partition = partition
        self.error = error
    }
}

/// A fetch that waits for records, or for the log to be read.
struct PendingFetch: Hashable, Sendable {
    var id: RequestID
    /// The follower's broker id, -1 for a consumer.
    var replica: Int32
    var bytesMin: Int
    var bytesMax: Int
    var deadline: Instant
    var partitions: [FetchItem]
    /// Read and to be answered when the bytes are there.
    var isReading = false
    /// Answer with what there is, even if it is nothing.
    var isDue = false
    /// The items that were read, as indexes.
    var readItems: [Int] = []
}

/// One partition of a fetch.
package struct FetchItem: Hashable, Sendable {
    package var partition: TopicPartition
    package var leaderEpoch: Int32
    package var offset: Int64
    package var lastFetchedEpoch: Int32
    package var bytesMax: Int

    package init(
        partition: TopicPartition,
        leaderEpoch: Int32 = -1,
        offset: Int64,
        lastFetchedEpoch: Int32 = -1,
        bytesMax: Int
    ) {
        self.partition = partition
        self.leaderEpoch = leaderEpoch
        self.offset = offset
        self.lastFetchedEpoch = lastFetchedEpoch
        self.bytesMax = bytesMax
    }
}

/// What one partition of a fetch came to.
package struct FetchResult: Hashable, Sendable {
    package var partition: TopicPartition
    package var error: ErrorCode = .none
    package var highWatermark: Int64 = -1
    package var logStartOffset: Int64 = -1
    package var divergingEpoch: Int32 = -1
    package var divergingEndOffset: Int64 = -1
    package var records = Records.empty

    package init(partition: TopicPartition) {
        self.partition = partition
    }
}

/// Who waits for a record to be on every in-sync replica.
package enum AckWaiter: Hashable, Sendable {
    /// A slot of a produce request.
    case produce(UInt64, slot: Int)
    /// A write of a coordinator, by its own number.
    case coordinator(UInt64)
}

/// An append that waits for the high watermark.
struct WaitingAck: Hashable, Sendable {
    /// The high watermark it waits for.
    var requiredOffset: Int64
    var waiter: AckWaiter
}

/// What became of a coordinator's write.
package struct SettledWrite: Hashable, Sendable {
    package var number: UInt64
    package var error: ErrorCode
}

/// Deadlines of what waits, the earliest first. Entries of what no longer waits are dropped when their time comes.
struct DeadlineQueue: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var at: Instant
        var number: UInt64
    }

    private var heap: [Entry] = []

    var earliest: Instant? { self.heap.first?.at }

    mutating func add(_ number: UInt64, at deadline: Instant) {
        self.heap.append(Entry(at: deadline, number: number))
        var child = self.heap.count - 1
        while child > 0, self.heap[child].at < self.heap[(child - 1) / 2].at {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the next number that is due.
    mutating func takeDue(now: Instant) -> UInt64? {
        guard let first = self.heap.first, first.at <= now else { return nil }
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                    if self.heap[child].at < self.heap[least].at { least = child }
                }
                guard least != parent else { break }
                self.heap.swapAt(parent, least)
                parent = least
            }
        }
        return first.number
    }
}
