// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A duration in the short form that kubectl shows (apimachinery's `util/duration`).
package enum HumanDuration {
    /// The text for so many seconds; the fraction is cut off.
    package static func text(seconds: Double) -> String {
        let whole = Int64(seconds)
        if whole < -1 { return "<invalid>" }
        if whole < 0 { return "0s" }
        let (minutes, hours) = (whole / 60, whole / 3600)
        let (days, years) = (hours / 24, hours / (24 * 365))
        switch whole {
        case ..<120: return "\(whole)s"
        case ..<600: return Self.pair(minutes, "m", whole % 60, "s")
        case ..<(3 * 3600): return "\(minutes)m"
        case ..<(8 * 3600): return Self.pair(hours, "h", minutes % 60, "m")
        case ..<(48 * 3600): return "\(hours)h"
        case ..<(192 * 3600): return Self.pair(days, "d", hours % 24, "h")
        case ..<(2 * 365 * 86_400): return "\(days)d"
        case ..<(8 * 365 * 86_400): return Self.pair(years, "y", days % 365, "d")
        default: return "\(years)y"
        }
    }

    private static func pair(_ first: Int64, _ firstUnit: String, _ second: Int64, _ secondUnit: String) -> String {
        second == 0 ? "\(first)\(firstUnit)" : "\(first)\(firstUnit)\(second)\(secondUnit)"
    }
}
