// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import Verification

/// Where a run's histories go, and what their heads say.
struct RunFiles: Sendable {
    var directory: String
    var run: RunID
    var boot: RunID

    init(directory: String, run: RunID) throws {
        self.directory = directory
        self.run = run
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // Monotonic times compare only within one boot.
        let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let digits = text.filter(\.isHexDigit)
        self.boot = RunID(
            high: UInt64(digits.prefix(16), radix: 16) ?? 0,
            low: UInt64(digits.dropFirst(16).prefix(16), radix: 16) ?? 0
        )
    }

    func writer(_ process: String) throws -> HistoryWriter {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let head = HistoryFile.Head(
            run: self.run,
            boot: self.boot,
            monotonicStart: MonotonicClock.now.nanoseconds,
            wallStart: Int64(wall.tv_sec) * 1_000_000_000 + Int64(wall.tv_nsec)
        )
        return try HistoryWriter(path: "\(self.directory)/\(process).edges", head: head)
    }
}
