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
    private var leaders: [Int32: Int32] = [:]

    /// Reads the partitions of a topic.
    public init(_ events: [ClusterEvent], topic: String) {
        for event in events {
            switch event.kind {
            case .partition(topic, let number, let leader, _):
                if let before = self.leaders[number], before != leader {
                    self.changes.append(Change(time: event.time, partition: number, from: before, to: leader))
                }
                self.leaders[number] = leader
            case .partition, .controller, .object, .killed, .step:
                break
            }
        }
    }

    /// The broker that led a partition at a time; nil when none did or it is not known.
    public func leader(of partition: Int32, at time: Int64) -> Int32? {
        let changes = self.changes.filter { $0.partition == partition }
        let leader = changes.last { $0.time <= time }?.to ?? changes.first?.from ?? self.leaders[partition]
        return leader.flatMap { $0 < 0 ? nil : $0 }
    }

    /// How many times leadership moved from one broker to another, in a span.
    public func moves(in span: ClosedRange<Int64>) -> Int {
        self.changes.filter { span.contains($0.time) && $0.to >= 0 }.count
    }

    /// The partitions whose leader changed in a span.
    public func movedPartitions(in span: ClosedRange<Int64>) -> Set<Int32> {
        Set(self.changes.filter { span.contains($0.time) }.map(\.partition))
    }
}
