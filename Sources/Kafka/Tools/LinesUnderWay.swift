// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The lines that have no report yet, so that one that fails can be told by its text.
///
/// `@unchecked Sendable`: everything is touched only while `condition` is held.
final class LinesUnderWay: @unchecked Sendable {
    struct Line: Sendable {
        var number: Int
        var text: [UInt8]

        /// The line as a complaint shows it.
        var shown: String {
            let text = String(decoding: self.text.prefix(80), as: UTF8.self)
            return self.text.count > 80 ? text + "…" : text
        }
    }

    private let condition = NSCondition()
    private var lines: [UInt64: Line] = [:]
    private var added = 0
    private var failures = 0

    /// Notes a line and returns the tag that its message carries.
    func add(_ text: [UInt8]) -> UInt64 {
        self.condition.lock()
        defer { self.condition.unlock() }
        self.added += 1
        self.lines[UInt64(self.added)] = Line(number: self.added, text: text)
        return UInt64(self.added)
    }

    func take(_ tag: UInt64) -> Line? {
        self.condition.lock()
        defer { self.condition.unlock() }
        self.condition.broadcast()
        return self.lines.removeValue(forKey: tag)
    }

    func countFailure() {
        self.condition.lock()
        defer { self.condition.unlock() }
        self.failures += 1
    }

    /// Blocks until a report has come; a bound, since the report may have come just before.
    func waitForReports() {
        self.condition.lock()
        defer { self.condition.unlock() }
        _ = self.condition.wait(until: Date(timeIntervalSinceNow: 0.05))
    }

    var counts: (lines: Int, failures: Int) {
        self.condition.lock()
        defer { self.condition.unlock() }
        return (self.added, self.failures)
    }
}
