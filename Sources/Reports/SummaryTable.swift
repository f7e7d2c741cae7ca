// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import Verification

/// What many runs came to: a line for each trial, then a line for each run that did not pass.
public struct SummaryTable: Sendable {
    /// A run of a trial and where its report is.
    public struct Run: Hashable, Sendable {
        /// What was found.
        public var verdict: Verdict
        /// The folder of its report.
        public var report: String

        /// A run.
        public init(verdict: Verdict, report: String) {
            self.verdict = verdict
            self.report = report
        }
    }

    /// The table's lines; trials in the order in which they first ran.
    public static func lines(_ runs: [Run]) -> [String] {
        var names: [String] = []
        for run in runs where !names.contains(run.verdict.trial) { names.append(run.verdict.trial) }
        let rows =
            [["trial", "runs", "passed", "lost", "longest silence", "longest window", "time", "worst"]]
            + names.map { name in Self.row(name, runs.map(\.verdict).filter { $0.trial == name }) }
        var lines = Self.aligned(rows)
        for (number, run) in runs.enumerated() where run.verdict.result != .pass {
            let verdict = run.verdict
            let reason =
                verdict.errors.first
                ?? verdict.violations.first.map { "\($0.kind.rawValue): \($0.because)" }
                ?? verdict.expectations.first { !$0.holds }.map { "\($0.name): \($0.found)" } ?? ""
            let word = verdict.result == .fail ? "FAIL" : "ERROR"
            lines.append("\(word) \(verdict.trial), run \(number + 1), seed \(verdict.seed): \(reason) (\(run.report))")
        }
        let passed = runs.count { $0.verdict.result == .pass }
        lines.append("\(passed) of \(runs.count) runs passed")
        return lines
    }

    private static func row(_ name: String, _ verdicts: [Verdict]) -> [String] {
        let times = verdicts.map(\.duration).sorted()
        let silence = verdicts.compactMap { $0.availability?.longestAcknowledgementGap }.max()
        let window = verdicts.compactMap { $0.availability?.longestWindow }.max()
        let lost = verdicts.reduce(0) { $0 + ($1.messages.findings[.lost] ?? 0) }
        return [
            name, "\(verdicts.count)", "\(verdicts.count { $0.result == .pass })", "\(lost)",
            silence.map(Self.seconds) ?? "-", window.map(Self.seconds) ?? "-", Self.seconds(times[times.count / 2]),
            Self.seconds(times[times.count - 1]),
        ]
    }

    private static func seconds(_ duration: Duration) -> String {
        "\((duration.seconds * 100).rounded() / 100) s"
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + padding : padding + cell
            }
            return cells.joined(separator: "  ")
        }
    }
}
