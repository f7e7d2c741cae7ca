// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Floating-point numbers in the form of Go's encoding/json: the fewest digits that give the number back, without an
/// exponent from 1e-6 up to 1e21.
enum GoNumber {
    static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }  // JSON has no other word for it; no text can bring one in
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = Self.decimal(of: value.magnitude)
        let sign = value < 0 ? "-" : ""
        if value.magnitude < 1e-6 || value.magnitude >= 1e21 {
            let fraction = digits.count > 1 ? "." + String(decoding: digits.dropFirst(), as: UTF8.self) : ""
            let first = String(decoding: digits.prefix(1), as: UTF8.self)
            return "\(sign)\(first)\(fraction)e\(exponent - 1 < 0 ? "-" : "+")\(abs(exponent - 1))"
        }
        if exponent <= 0 {
            return sign + "0." + String(repeating: "0", count: -exponent) + String(decoding: digits, as: UTF8.self)
        }
        if digits.count <= exponent {
            return sign + String(decoding: digits, as: UTF8.self)
                + String(repeating: "0", count: exponent - digits.count)
        }
        return sign + String(decoding: digits.prefix(exponent), as: UTF8.self) + "."
            + String(decoding: digits.dropFirst(exponent), as: UTF8.self)
    }

    /// The digits d1d2… and the exponent e of 0.d1d2… × 10^e. Swift's own text has the fewest digits already.
    private static func decimal(of value: Double) -> (digits: [UInt8], exponent: Int) {
        var digits: [UInt8] = []
        var (exponent, point) = (0, Int?.none)
        let text = value.description.utf8
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"):
                exponent = Int(String(rest) ?? "") ?? 0
                rest = rest[rest.endIndex...]
            default: digits.append(byte)
            }
        }
        exponent += point ?? digits.count
        while digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, exponent)
    }
}
