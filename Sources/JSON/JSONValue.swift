// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A JSON value of any shape; unknown fields survive every read-modify-write.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number.
    case double(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; keys are kept sorted.
    case object(JSONObject)

    /// The empty object.
    public static let emptyObject = JSONValue.object(JSONObject())

    /// The string, or nil for another kind of value.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The integer (a double without fraction counts), or nil.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The number, or nil.
    public var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The truth value, or nil.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, or nil.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, or nil.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The member of that name: nil when absent or when this is no object. Setting nil removes the member; setting a
    /// member of what is no object makes it one.
    public subscript(key: String) -> JSONValue? {
        get { self.object?[key] }
        set {
            var object = JSONObject()
            if case .object(let existing) = self {
                object = existing
                self = .null  // leaves `object` the only owner, so that it changes in place
            }
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The value at a path of member names: `value["spec", "template", "metadata"]`. Setting creates what is missing.
    public subscript(first: String, second: String, rest: String...) -> JSONValue? {
        get { ([second] + rest).reduce(self[first]) { $0?[$1] } }
        set { self.set(newValue, at: [first, second][...] + rest) }
    }

    private mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
        guard let key = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            self[key] = value
            return
        }
        guard value != nil || self[key] != nil else { return }
        var child = self[key] ?? .emptyObject
        child.set(value, at: rest)
        self[key] = child
    }
}

// Not ExpressibleByNilLiteral: `isSet ? value : nil` would then be JSON's null where no member is meant.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}
