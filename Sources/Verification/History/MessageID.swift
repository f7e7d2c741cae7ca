// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Which message: the producer that sent it, its partition, and its number among that producer's messages there.
public struct MessageID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The producer's number within the run.
    public var producer: UInt32
    /// The partition that the workload chose.
    public var partition: Int32
    /// Counts from 0 for each producer and partition.
    public var sequence: Int64

    /// The message of a producer, partition and sequence.
    public init(producer: UInt32, partition: Int32, sequence: Int64) {
        self.producer = producer
        self.partition = partition
        self.sequence = sequence
    }

    public static func < (lhs: MessageID, rhs: MessageID) -> Bool {
        (lhs.producer, lhs.partition, lhs.sequence) < (rhs.producer, rhs.partition, rhs.sequence)
    }

    /// `producer 1, partition 4, sequence 77`.
    public var description: String {
        "producer \(self.producer), partition \(self.partition), sequence \(self.sequence)"
    }
}
