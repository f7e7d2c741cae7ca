// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A partition as its directory is named: `topic-3`.
package struct PartitionName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The topic.
    package var topic: String
    /// The partition's number.
    package var partition: Int32

    /// The partition of that number.
    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// The partition that a directory belongs to; nil for a directory that is none.
    package init?(directory: String) {
        guard let dash = directory.lastIndex(of: "-"), dash != directory.startIndex,
            let partition = Int32(directory[directory.index(after: dash)...]), partition >= 0,
            directory == "\(directory[..<dash])-\(partition)"
        else { return nil }
        self.topic = String(directory[..<dash])
        self.partition = partition
    }

    /// The directory's name.
    package var directory: String { "\(self.topic)-\(self.partition)" }

    package var description: String { self.directory }

    package static func < (lhs: PartitionName, rhs: PartitionName) -> Bool {
        (lhs.topic, lhs.partition) < (rhs.topic, rhs.partition)
    }
}
