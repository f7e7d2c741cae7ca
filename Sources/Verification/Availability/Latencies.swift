// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Histogram

/// Quantiles of a time, from a histogram with 1 % relative error.
public struct Latencies: Sendable {
    private var histogram: Histogram<UInt64>
    /// How many values there are.
    public private(set) var count = 0
    /// Values that never came (a send that was not acknowledged), infinitely late.
    public private(set) var missing = 0

    /// No values yet.
    public init() {
        self.histogram = Histogram(highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .two)
    }

    /// Adds a time.
    public mutating func record(_ duration: Duration) {
        let microseconds = Swift.max(0, duration.wholeNanoseconds / 1000)
        _ = self.histogram.record(UInt64(min(microseconds, 3_600_000_000)))
        self.count += 1
    }

    /// Adds something that never ended.
    public mutating func recordMissing() {
        self.missing += 1
    }

    /// The time within which the given share (0…1) ended; nil when too few values are there to say
    /// (fewer than 10 above it) or when that share never ended.
    public func quantile(_ share: Double) -> Duration? {
        let total = self.count + self.missing
        guard total > 0, Double(total) * (1 - share) >= 10 || share <= 0.5 else { return nil }
        let rank = Double(total) * share
        guard rank <= Double(self.count) else { return nil }
        let percentile = min(100, rank / Double(Swift.max(1, self.count)) * 100)
        return .microseconds(Int64(self.histogram.valueAtPercentile(percentile)))
    }

    /// The longest time that ended; nil when there is none.
    public var max: Duration? {
        self.count == 0 ? nil : .microseconds(Int64(self.histogram.max))
    }
}

extension Ledger {
    /// From the moment a message was due to its acknowledgement, over the messages due in a span.
    public func acknowledgementLatencies(span: ClosedRange<Int64>) -> Latencies {
        var latencies = Latencies()
        for id in self.sentIDs {
            guard let send = self.sends[id], span.contains(send.scheduled) else { continue }
            if send.outcome == .ok, let completed = send.completed {
                latencies.record(.nanoseconds(completed - send.scheduled))
            } else {
                latencies.recordMissing()
            }
        }
        return latencies
    }

    /// From the moment a message was due to when the harness handed it over: how far the harness itself lagged.
    public func schedulingLag(span: ClosedRange<Int64>) -> Latencies {
        var latencies = Latencies()
        for id in self.sentIDs {
            guard let send = self.sends[id], span.contains(send.scheduled) else { continue }
            latencies.record(.nanoseconds(max(0, send.invoked - send.scheduled)))
        }
        return latencies
    }
}
