// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An amount with a suffix: `500m`, `1Gi`, `2e3`. Exact down to 10⁻⁹, as upstream's.
public struct Quantity: Comparable, Sendable, CustomStringConvertible {
    /// How an amount is written.
    public enum Format: Hashable, Sendable {
        /// Powers of 1000: `m`, `k`, `M`, ….
        case decimalSI
        /// Powers of 1024: `Ki`, `Mi`, ….
        case binarySI
        /// Powers of ten: `e3`.
        case decimalExponent
    }

    /// Why a text is no quantity, in upstream's words.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// What is wrong.
        public var description: String
    }

    /// The amount in units of 10⁻⁹.
    public var nanos: Int128
    /// How it is written.
    public var format: Format

    /// An amount of billionths.
    public init(nanos: Int128, format: Format = .decimalSI) {
        self.nanos = nanos
        self.format = format
    }

    /// A whole amount.
    public init(_ value: Int64, format: Format = .decimalSI) {
        self.init(nanos: Int128(value) * 1_000_000_000, format: format)
    }

    /// An amount of thousandths.
    public init(milli: Int64) {
        self.init(nanos: Int128(milli) * 1_000_000)
    }

    /// From a text or a number; nil when it is no quantity.
    public init?(json: JSONValue) {
        switch json {
        case .string(let text): try? self.init(text)
        case .integer, .double: try? self.init(json.text)
        case .null, .bool, .array, .object: return nil
        }
    }

    /// The amount, rounded up to a whole.
    public var value: Int64 { Self.clamped(Self.ceilingDivide(self.nanos, 1_000_000_000)) }

    /// The amount in thousandths, rounded up.
    public var milliValue: Int64 { Self.clamped(Self.ceilingDivide(self.nanos, 1_000_000)) }

    /// Whether nothing.
    public var isZero: Bool { self.nanos == 0 }

    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }

    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }

    /// The sum, in the format of the first that is not zero.
    public static func + (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos + right.nanos, format: left.isZero ? right.format : left.format)
    }

    /// The difference, in the format of the first that is not zero.
    public static func - (left: Quantity, right: Quantity) -> Quantity {
        Quantity(nanos: left.nanos - right.nanos, format: left.isZero ? right.format : left.format)
    }

    private static func ceilingDivide(_ value: Int128, _ divisor: Int128) -> Int128 {
        let quotient = value / divisor
        return value > 0 && value % divisor != 0 ? quotient + 1 : quotient
    }

    private static func clamped(_ value: Int128) -> Int64 { Int64(clamping: value) }
}

extension Quantity: Hashable {
    public func hash(into hasher: inout Hasher) { hasher.combine(self.nanos) }
}

// MARK: - Text

extension Quantity {
    private static let decimalSuffixes: [(exponent: Int, text: String)] = [
        (-9, "n"), (-6, "u"), (-3, "m"), (0, ""), (3, "k"), (6, "M"), (9, "G"), (12, "T"), (15, "P"), (18, "E"),
    ]
    private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    /// The greatest amount; what is more counts as this, as upstream.
    private static let nanosMax = Int128(Int64.max) * 1_000_000_000

    /// The canonical text: no fraction, the largest suffix that allows it.
    public var description: String {
        if self.nanos == 0 { return "0" }
        let isSmall = self.nanos.magnitude < 1024 * 1_000_000_000
        if self.format == .binarySI, !isSmall, self.nanos % 1_000_000_000 == 0 {
            var (mantissa, power) = (self.nanos / 1_000_000_000, 0)
            while mantissa % 1024 == 0, power + 1 < Self.binarySuffixes.count {
                mantissa /= 1024
                power += 1
            }
            return "\(mantissa)\(Self.binarySuffixes[power])"
        }
        var (mantissa, exponent) = (self.nanos, -9)
        while mantissa % 1000 == 0, exponent < 18 {
            mantissa /= 1000
            exponent += 3
        }
        if self.format == .decimalExponent { return exponent == 0 ? "\(mantissa)" : "\(mantissa)e\(exponent)" }
        return "\(mantissa)\(Self.decimalSuffixes[(exponent + 9) / 3].text)"
    }

    /// A quantity from its text; beyond 10⁻⁹ it is rounded away from zero.
    /// - Throws: ``ParseError``.
    public init(_ text: String) throws(ParseError) {
        let wrongForm = ParseError(
            description: "quantities must match the regular expression "
                + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
        var rest = Array(text.utf8)[...]
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let isDigit: (UInt8) -> Bool = { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw wrongForm }
        guard let (base, exponent, format) = Self.scale(of: String(decoding: rest, as: UTF8.self)) else {
            throw rest.allSatisfy(Self.isSuffixByte)
                ? ParseError(description: "unable to parse quantity's suffix") : wrongForm
        }
        let magnitude = Self.nanos(whole: whole, fraction: fraction, base: base, exponent: exponent)
        self.init(nanos: isNegative ? -magnitude : magnitude, format: format)
    }

    private static func isSuffixByte(_ byte: UInt8) -> Bool {
        "eEinumkKMGTP+-0123456789".utf8.contains(byte)
    }

    /// What a suffix multiplies by.
    private static func scale(of suffix: String) -> (base: Int128, exponent: Int, format: Format)? {
        if let decimal = Self.decimalSuffixes.first(where: { $0.text == suffix }) {
            return (10, decimal.exponent, .decimalSI)
        }
        if let power = Self.binarySuffixes.dropFirst().firstIndex(of: suffix) { return (1024, power, .binarySI) }
        guard suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()), abs(exponent) < 1000
        else { return nil }
        return (10, exponent, .decimalExponent)
    }

    private static func nanos(
        whole: ArraySlice<UInt8>,
        fraction: ArraySlice<UInt8>,
        base: Int128,
        exponent: Int
    ) -> Int128 {
        // digits × 10^power, for binary suffixes times 1024^exponent besides.
        var digits: Int128 = 0
        var power = (base == 10 ? exponent : 0) - fraction.count + 9
        var isInexact = false
        for byte in whole + fraction {
            if digits > Self.nanosMax {
                power += 1  // further digits only scale; the result is capped or divided anyway
                if byte != UInt8(ascii: "0") { isInexact = true }
                continue
            }
            digits = digits * 10 + Int128(byte - UInt8(ascii: "0"))
        }
        if digits == 0 { return 0 }
        if base == 1024 {
            for _ in 0..<exponent {
                // Dividing first where the fraction is long keeps the product in range.
                while power < 0, digits > Self.nanosMax {
                    if digits % 10 != 0 { isInexact = true }
                    digits /= 10
                    power += 1
                }
                let (product, overflow) = digits.multipliedReportingOverflow(by: 1024)
                if overflow { return Self.nanosMax }
                digits = product
            }
        }
        while power > 0 {
            digits *= 10
            power -= 1
            if digits > Self.nanosMax { return Self.nanosMax }
        }
        while power < 0, digits > 0 {
            if digits % 10 != 0 { isInexact = true }
            digits /= 10
            power += 1
        }
        return min(isInexact ? digits + 1 : digits, Self.nanosMax)
    }
}
