// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A number, or a text that is a percentage or a port's name.
public enum IntOrString: Hashable, Sendable, CustomStringConvertible {
    /// A number.
    case int(Int64)
    /// A text, such as `50%` or `http`.
    case string(String)

    /// From a field; nil when it is neither.
    public init?(json: JSONValue) {
        switch json {
        case .integer(let value): self = .int(value)
        case .string(let value): self = .string(value)
        case .double(let value):
            guard let whole = Int64(exactly: value) else { return nil }
            self = .int(whole)
        case .null, .bool, .array, .object: return nil
        }
    }

    /// The field's value.
    public var json: JSONValue {
        switch self {
        case .int(let value): .integer(value)
        case .string(let value): .string(value)
        }
    }

    public var description: String {
        switch self {
        case .int(let value): String(value)
        case .string(let value): value
        }
    }

    /// The whole percentage (digits and `%`), or nil for a number or another text.
    public var percentage: Int64? {
        guard case .string(let text) = self, text.hasSuffix("%") else { return nil }
        let digits = text.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return Int64(digits)
    }

    /// The number, or the percentage of a total; nil for a text that is no percentage.
    public func scaled(of total: Int64, roundingUp: Bool) -> Int64? {
        if case .int(let value) = self { return value }
        guard let percentage = self.percentage else { return nil }
        let (product, overflow) = percentage.multipliedReportingOverflow(by: total)
        guard !overflow else { return nil }
        let quotient = product / 100
        return roundingUp && product % 100 > 0 ? quotient + 1 : quotient
    }
}
