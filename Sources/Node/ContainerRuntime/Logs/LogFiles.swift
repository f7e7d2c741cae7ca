// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The log files of one container: `0.log`, `1.log`, …, one a start.
struct LogFiles {
    let directory: String

    func path(of attempt: Int) -> String { "\(self.directory)/\(attempt).log" }

    /// The latest start, or the one before. Blocks.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/notFound``.
    func attempt(previous: Bool) throws -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.directory)) ?? []  // absent: no logs
        let attempts = names.compactMap { $0.hasSuffix(".log") ? Int($0.dropLast(4)) : nil }.sorted()
        guard let attempt = previous ? attempts.dropLast().last : attempts.last else {
            throw RuntimeError(.notFound, previous ? "there is no previous log" : "there is no log yet")
        }
        return attempt
    }
}
