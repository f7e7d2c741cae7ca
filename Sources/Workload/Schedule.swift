// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// When each message of a producer is due: an open loop that no broker can slow down.
///
/// The messages of all producers together are evenly spaced; each producer goes round robin over the partitions, shifted
/// by its number so that the producers do not march in step.
struct Schedule: Hashable, Sendable {
    var start: Int64
    /// The producer's index, from 0.
    var index: Int
    var producers: Int
    /// Messages per second over all producers.
    var rate: Int
    var partitions: Int

    /// When message number `number` (from 0) of this producer is due, in nanoseconds of CLOCK_MONOTONIC.
    func due(_ number: Int64) -> Int64 {
        let position = number * Int64(self.producers) + Int64(self.index)
        let (seconds, rest) = position.quotientAndRemainder(dividingBy: Int64(self.rate))
        return self.start + seconds * 1_000_000_000 + rest * 1_000_000_000 / Int64(self.rate)
    }

    /// The partition of message number `number`, and the message's sequence number there.
    func place(_ number: Int64) -> (partition: Int32, sequence: Int64) {
        let shift = Int64(self.index * self.partitions / max(1, self.producers))
        let partition = (number + shift) % Int64(self.partitions)
        return (Int32(partition), number / Int64(self.partitions))
    }
}
