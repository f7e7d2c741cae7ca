// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// Durations as Go prints them, in upstream's texts: `1m20s`, `5m0s`, `250ms`.
enum GoDuration {
    static func text(_ duration: Duration) -> String {
        let milliseconds = duration.wholeNanoseconds / 1_000_000
        if milliseconds < 1000 { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000)
        var fraction = ""
        if rest > 0 {
            let digits = String(rest + 1000).dropFirst()
            fraction = "." + String(digits.reversed().drop { $0 == "0" }.reversed())
        }
        if seconds < 60 { return "\(seconds)\(fraction)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(seconds % 60)\(fraction)s" }
        return "\(seconds / 3600)h\(seconds / 60 % 60)m\(seconds % 60)\(fraction)s"
    }
}

extension Duration {
    /// Cut to whole milliseconds.
    var roundedToMilliseconds: Duration { .milliseconds(self.wholeNanoseconds / 1_000_000) }
}
