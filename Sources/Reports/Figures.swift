// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism

/// Figures as people read them.
enum Figures {
    static func seconds(_ duration: Duration) -> String {
        "\(Self.decimal(duration.wholeNanoseconds / 10_000_000, digits: 2)) s"
    }

    static func milliseconds(_ duration: Duration) -> String {
        let tenths = duration.wholeNanoseconds / 100_000
        return tenths >= 1000 ? "\(tenths / 10) ms" : "\(Self.decimal(tenths, digits: 1)) ms"
    }

    static func percent(_ share: Double) -> String {
        "\(Self.decimal(Int64((share * 100_000).rounded(.down)), digits: 3)) %"
    }

    /// A whole number of fractions as a decimal: 1234 with two digits is `12.34`.
    private static func decimal(_ value: Int64, digits: Int) -> String {
        let text = String(abs(value))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return "\(value < 0 ? "-" : "")\(padded.dropLast(digits)).\(padded.suffix(digits))"
    }
}
