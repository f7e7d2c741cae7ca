// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A partition of a topic, with an offset where one belongs to it.
public struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The topic's name.
    public var topic: String
    /// The partition's number.
    public var partition: Int32
    /// The offset, or nil where none is meant or known.
    public var offset: Int64?

    /// A partition.
    public init(_ topic: String, _ partition: Int32, offset: Int64? = nil) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    public static func < (lhs: TopicPartition, rhs: TopicPartition) -> Bool {
        (lhs.topic, lhs.partition) < (rhs.topic, rhs.partition)
    }

    public var description: String {
        "\(self.topic)-\(self.partition)" + (self.offset.map { "@\($0)" } ?? "")
    }
}
