// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

extension Ledger {
    /// What a member of the group has of a partition from when it was assigned until it was taken away.
    public struct Assignment: Hashable, Sendable {
        /// The member.
        public var client: UInt16
        /// Counts the member's assignments.
        public var number: Int32
        /// The partition.
        public var partition: Int32
    }

    /// A commit of the group as the member that made it saw it.
    public struct Commit: Hashable, Sendable {
        /// The member.
        public var client: UInt16
        /// The partition.
        public var partition: Int32
        /// The next offset to read.
        public var offset: Int64
        /// When it was asked for.
        public var invoked: Int64
        /// When the answer came; nil when none came.
        public var completed: Int64?
        /// `ok`, or `info` while nobody knows.
        public var outcome = Edge.Outcome.info

        /// Whether it is known by then to have taken effect.
        fileprivate func isCertain(at time: Int64) -> Bool {
            self.outcome == .ok && (self.completed ?? .max) <= time
        }
    }

    mutating func add(commit edge: Edge) {
        let partition = edge.message.partition
        switch edge.phase {
        case .invoke:
            let commit = Commit(client: edge.client, partition: partition, offset: edge.offset, invoked: edge.time)
            self.commits[partition, default: []].append(commit)
        case .complete:
            let index = self.commits[partition]?.firstIndex {
                $0.client == edge.client && $0.offset == edge.offset && $0.completed == nil
            }
            guard let index else { return }
            self.commits[partition]?[index].completed = edge.time
            self.commits[partition]?[index].outcome = edge.outcome
        }
    }

    /// From the lowest to the highest offset that the group may have committed for a partition by then; nil when it had
    /// certainly committed none.
    ///
    /// A commit whose answer is missing may have taken effect at any time since, or never; while no other did, the group
    /// may still be at the beginning.
    public func committed(_ partition: Int32, at time: Int64) -> ClosedRange<Int64>? {
        let commits = (self.commits[partition] ?? []).filter { $0.invoked <= time }
        let last = commits.filter { $0.isCertain(at: time) }.map(\.invoked).max()
        // What was over before the last certain one began has been replaced by it.
        let possible = commits.filter { commit in
            guard let last, let completed = commit.completed, commit.isCertain(at: time) else { return true }
            return completed > last
        }
        let offsets = possible.map(\.offset)
        guard let highest = offsets.max(), let lowest = offsets.min() else { return nil }
        return (last == nil ? min(0, lowest) : lowest)...highest
    }

    /// How many assignments began before what the group had certainly committed: messages were handed over again although
    /// nobody had to.
    public var replays: Int {
        var begun: Set<Assignment> = []
        return self.deliveries.count { delivery in
            guard begun.insert(delivery.session).inserted else { return false }
            return self.committed(delivery.partition, at: delivery.time).map { delivery.offset < $0.lowerBound }
                ?? false
        }
    }
}

extension Ledger.Delivery {
    /// The assignment that it belongs to.
    var session: Ledger.Assignment {
        Ledger.Assignment(client: self.client, number: self.assignment, partition: self.partition)
    }
}
