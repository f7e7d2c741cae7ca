// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// How available partitions were to producers during a span of time; the definitions are MEASURES.md's, section 1.
///
/// The paced load itself is the probe: a message is good when it was acknowledged within the objective after the moment
/// at which it was due. A run of bad ones is a window of unavailability, from the first of them to the next good one.
public struct Availability: Hashable, Sendable {
    /// A stretch in which a partition did not answer in time.
    public struct Window: Hashable, Sendable {
        /// The partition.
        public var partition: Int32
        /// When its first bad message was due, in CLOCK_MONOTONIC nanoseconds.
        public var start: Int64
        /// When its next good one was due, or the end of the span.
        public var end: Int64
        /// How many messages were bad.
        public var messages: Int
    }

    /// Within what time an acknowledgement counts as good.
    public var objective: Duration
    /// The span that is judged, in CLOCK_MONOTONIC nanoseconds.
    public var span: ClosedRange<Int64>
    /// The mean distance of two messages on one partition: nothing shorter can be seen.
    public var resolution: Duration
    /// The windows, by start.
    public var windows: [Window]
    /// The share of the span (0…1) in which each partition was available.
    public var partitions: [Int32: Double]
    /// The share of all partition-seconds that were available.
    public var overall: Double
    /// The longest time between two acknowledgements on any partition, while sends were outstanding.
    public var longestAcknowledgementGap: Duration

    /// The longest window; zero when there is none.
    public var longestWindow: Duration {
        .nanoseconds(self.windows.map { $0.end - $0.start }.max() ?? 0)
    }

    /// How many windows are of a single message; windows that short are as long as the resolution, and tell little.
    public var blips: Int { self.windows.count { $0.messages == 1 } }

    /// For how long at least one partition was unavailable: what a client of the whole topic meets.
    public var anyDown: Duration { self.time(down: 1) }

    /// For how long all partitions were unavailable at once.
    public var allDown: Duration { self.partitions.isEmpty ? .zero : self.time(down: self.partitions.count) }

    /// For how long at least so many partitions were unavailable at once.
    private func time(down least: Int) -> Duration {
        let edges = self.windows.flatMap { [($0.start, 1), ($0.end, -1)] }.sorted { $0 < $1 }
        var (down, since, total) = (0, Int64(0), Int64(0))
        for (time, step) in edges {
            if down >= least { total += time - since }
            down += step
            since = time
        }
        return .nanoseconds(total)
    }

    /// Judges the messages that were due in a span.
    public init(_ ledger: Ledger, span: ClosedRange<Int64>, objective: Duration = .milliseconds(500)) {
        self.objective = objective
        self.span = span
        let limit = objective.wholeNanoseconds
        let length = max(1, span.upperBound - span.lowerBound)
        var byPartition: [Int32: [Ledger.Send]] = [:]
        for id in ledger.sentIDs {
            if let send = ledger.sends[id], span.contains(send.scheduled) {
                byPartition[id.partition, default: []].append(send)
            }
        }
        var windows: [Window] = []
        var partitions: [Int32: Double] = [:]
        var lost: Int64 = 0
        for partition in byPartition.keys.sorted() {
            let probes = (byPartition[partition] ?? []).sorted { $0.scheduled < $1.scheduled }
            let found = Self.windows(of: probes, partition: partition, end: span.upperBound, limit: limit)
            let unavailable = found.reduce(0) { $0 + $1.end - $1.start }
            windows += found
            partitions[partition] = 1 - Double(unavailable) / Double(length)
            lost += unavailable
        }
        self.windows = windows.sorted { ($0.start, $0.partition) < ($1.start, $1.partition) }
        self.partitions = partitions
        let count = max(1, partitions.count)
        self.overall = partitions.isEmpty ? 0 : 1 - Double(lost) / (Double(count) * Double(length))
        let probes = byPartition.values.reduce(0) { $0 + $1.count }
        self.resolution = .nanoseconds(length * Int64(count) / Int64(max(1, probes)))
        self.longestAcknowledgementGap = .nanoseconds(
            byPartition.values.map { Self.longestGap($0, span: span) }.max() ?? 0
        )
    }

    private static func windows(
        of probes: [Ledger.Send],
        partition: Int32,
        end: Int64,
        limit: Int64
    ) -> [Window] {
        var windows: [Window] = []
        var open: Window?
        for probe in probes {
            let good = probe.outcome == .ok && (probe.completed ?? .max) - probe.scheduled <= limit
            if good {
                if var window = open {
                    window.end = probe.scheduled
                    windows.append(window)
                    open = nil
                }
            } else {
                var window = open ?? Window(partition: partition, start: probe.scheduled, end: end, messages: 0)
                window.messages += 1
                open = window
            }
        }
        if let open { windows.append(open) }
        return windows
    }

    /// The longest time without an acknowledgement, counted from the later of the acknowledgement before and the
    /// beginning of the oldest send that was waiting.
    private static func longestGap(_ sends: [Ledger.Send], span: ClosedRange<Int64>) -> Int64 {
        let acknowledged = sends.compactMap { send -> (invoked: Int64, completed: Int64)? in
            guard send.outcome == .ok, let completed = send.completed else { return nil }
            return (send.invoked, completed)
        }.sorted { $0.completed < $1.completed }
        var longest: Int64 = 0
        var last = span.lowerBound
        // The oldest send that each acknowledgement leaves waiting, from the back.
        var oldest = [Int64](repeating: .max, count: acknowledged.count + 1)
        for index in acknowledged.indices.reversed() {
            oldest[index] = min(oldest[index + 1], acknowledged[index].invoked)
        }
        for (index, send) in acknowledged.enumerated() {
            longest = max(longest, send.completed - max(last, oldest[index]))
            last = send.completed
        }
        return longest
    }
}
