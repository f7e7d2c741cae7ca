// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// How far a workload has come.
public struct Progress: Hashable, Sendable {
    /// Messages handed to the clients.
    public var sent = 0
    /// Messages acknowledged.
    public var acknowledged = 0
    /// Messages that certainly are not in the log.
    public var refused = 0
    /// Messages whose outcome is unknown for good.
    public var unknown = 0
    /// Deliveries to the group, repeated ones too.
    public var delivered = 0
    /// Errors that clients met and got over by themselves, by name: what brokers answered and was tried again
    /// (`Broker: Not leader for partition`), and connections that broke.
    public var retriableErrors: [String: Int] = [:]
    /// How often partitions were assigned to members.
    public var assignments = 0
    /// Acknowledged messages by partition.
    public var acknowledgedByPartition: [Int32: Int] = [:]
    /// The highest acknowledged offset by partition.
    public var acknowledgedOffsets: [Int32: Int64] = [:]
    /// The highest offset delivered to the group by partition.
    public var deliveredOffsets: [Int32: Int64] = [:]
    /// What went wrong for good, in words: a client that can do nothing any more, a send that was refused at once.
    public var failures: [String] = []

    /// Nothing yet.
    public init() {}

    /// The partitions of which the group has not got everything that was acknowledged: by how many offsets it is behind.
    public var lag: [Int32: Int64] {
        var lag: [Int32: Int64] = [:]
        for (partition, offset) in self.acknowledgedOffsets {
            let delivered = self.deliveredOffsets[partition] ?? -1
            if delivered < offset { lag[partition] = offset - delivered }
        }
        return lag
    }

    mutating func noteRetriable(_ name: String) {
        self.retriableErrors[name, default: 0] += 1
    }
}
