// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What the event log shows of partitions: who led them and when that changed.
public struct LeadershipFacts: Hashable, Sendable {
    /// A partition has another leader than before.
    public struct Change: Hashable, Sendable {
        /// When the observer saw it, in CLOCK_MONOTONIC nanoseconds.
        public var time: Int64
        /// The partition.
        public var partition: Int32
        /// The leader before; −1 for none.
        public var from: Int32
        /// The leader since; −1 for none.
        public var to: Int32
    }

    /// The changes, in order of time.
    public private(set) var changes: [Change] = []
    /// The broker that was controller at each change of controller, in order of time.
    public private(set) var controllers: [(time: Int64, broker: Int32)] = []

    /// Reads the partitions of a topic.
    public init(_ events: [ClusterEvent], topic: String) {
        var leaders: [Int32: Int32] = [:]
        for event in events {
            switch event.kind {
            case .partition(topic, let number, let leader, _):
                if let before = leaders[number], before != leader {
                    self.changes.append(Change(time: event.time, partition: number, from: before, to: leader))
                }
                leaders[number] = leader
            case .controller(let broker):
                self.controllers.append((event.time, broker))
            case .partition, .object, .step:
                break
            }
        }
    }

    /// How many times leadership moved from one broker to another, in a span.
    public func moves(in span: ClosedRange<Int64>) -> Int {
        self.changes.filter { span.contains($0.time) && $0.to >= 0 }.count
    }

    /// The partitions whose leader changed in a span.
    public func movedPartitions(in span: ClosedRange<Int64>) -> Set<Int32> {
        Set(self.changes.filter { span.contains($0.time) }.map(\.partition))
    }

    public static func == (lhs: LeadershipFacts, rhs: LeadershipFacts) -> Bool {
        lhs.changes == rhs.changes && lhs.controllers.map(\.broker) == rhs.controllers.map(\.broker)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.changes)
    }
}
