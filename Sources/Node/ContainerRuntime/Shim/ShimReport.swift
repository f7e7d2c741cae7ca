// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// One line of a shim's status pipe.
enum ShimReport: Hashable {
    /// The first process runs.
    case started(pid: Int32)
    /// It could not be started: the step, and the system's error number.
    case failed(code: Int32, step: String)
    /// The first process ended.
    case ended(ProcessExit)

    /// Reads a line; nil when it is none of a shim's.
    init?(_ line: Substring) {
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let number = Int32(words[1]) else { return nil }
        switch words[0] {
        case "started": self = .started(pid: number)
        case "failed": self = .failed(code: number, step: words.count > 2 ? String(words[2]) : "")
        case "exited": self = .ended(ProcessExit(code: number))
        case "killed": self = .ended(ProcessExit(code: 128 + number, signal: number))
        default: return nil
        }
    }
}
