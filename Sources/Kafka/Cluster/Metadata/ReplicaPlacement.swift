// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Chooses brokers for the replicas of a new topic.
package enum ReplicaPlacement {
    /// Round robin over the brokers from a start that the topic's name decides, so that the leaders of several topics
    /// spread and the same cluster always gets the same answer; later replicas shift by one per round, as in Kafka.
    ///
    /// - Returns: the replicas of each partition, or nil when there are fewer brokers than replicas.
    package static func assign(
        topic: String,
        partitions: Range<Int>,
        replicationFactor: Int,
        brokers: [Int32]
    ) -> [[Int32]]? {
        let brokers = brokers.sorted()
        guard replicationFactor > 0, replicationFactor <= brokers.count else { return nil }
        var start = 0
        for byte in topic.utf8 { start = (start &* 31 &+ Int(byte)) & 0xffff }
        return partitions.map { partition in
            let first = (start + partition) % brokers.count
            let shift = (start + partition / brokers.count) % max(brokers.count - 1, 1)
            return (0..<replicationFactor).map { index in
                guard index > 0 else { return brokers[first] }
                let step = 1 + (shift + index - 1) % (brokers.count - 1)
                return brokers[(first + step) % brokers.count]
            }
        }
    }
}
