// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A number of pods, or a percentage of them.
package enum IntOrPercent: Hashable, Sendable {
    case count(Int)
    case percent(Int)

    /// Reads `2` or `"30%"`; nil for anything else.
    package init?(_ json: JSONValue) {
        if let count = json.integer {
            self = .count(Int(clamping: count))
        } else if let text = json.string, text.last == "%", let percent = Int32(text.dropLast()) {
            self = .percent(Int(percent))
        } else {
            return nil
        }
    }

    /// The number of pods out of `total`; a percentage is rounded up or down to a whole pod.
    package func scaled(total: Int, roundUp: Bool) -> Int {
        switch self {
        case .count(let count): return count
        case .percent(let percent):
            let product = percent * total
            return roundUp ? (product + 99) / 100 : product / 100
        }
    }
}
