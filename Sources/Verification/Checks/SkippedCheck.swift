// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// No member is handed a message while one before it, which its assignment had to bring first, is passed over.
///
/// Within an assignment the next offset handed over is that of the next message in the log. An assignment begins no
/// later than at an offset that the group may have committed by then, or at the beginning of the log.
public struct SkippedCheck: Check {
    /// The check.
    public init() {}

    public func findings(in ledger: Ledger) throws -> [Finding] {
        var logs: [Int32: [Ledger.Delivery]] = [:]
        for partition in ledger.partitions {
            logs[partition] = try ledger.completeLog(of: partition)
        }
        var positions: [Ledger.Assignment: Int64] = [:]
        var findings: [Finding] = []
        for delivery in ledger.deliveries {
            let before = positions.updateValue(delivery.offset, forKey: delivery.session)
            let committed = before == nil ? ledger.committed(delivery.partition, at: delivery.time) : nil
            let expected = before.map { $0 + 1 } ?? committed?.upperBound ?? 0
            guard let passed = Self.first(in: logs[delivery.partition] ?? [], from: expected, below: delivery.offset)
            else { continue }
            let origin =
                before.map { "after offset \($0), in one assignment" }
                ?? "first in an assignment, when the group had committed \(committed.map { "at most \($0.upperBound)" } ?? "nothing")"
            findings.append(
                Finding(
                    .skipped,
                    partition: delivery.partition,
                    offset: passed.offset,
                    witnesses: [passed.message, delivery.message].compactMap(\.self),
                    time: delivery.time,
                    because: "member \(delivery.client) was handed offset \(delivery.offset) of partition "
                        + "\(delivery.partition) \(origin), and offset \(passed.offset) was passed over"
                )
            )
        }
        return findings
    }

    /// The first message of a log, sorted by offset, that lies in a stretch of it.
    private static func first(in log: [Ledger.Delivery], from start: Int64, below end: Int64) -> Ledger.Delivery? {
        guard start < end else { return nil }
        var (low, high) = (0, log.count)
        while low < high {
            let middle = (low + high) / 2
            if log[middle].offset < start { low = middle + 1 } else { high = middle }
        }
        return low < log.count && log[low].offset < end ? log[low] : nil
    }
}
