// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A field of an object that is not as it must be, in upstream's words (apimachinery's `validation/field`).
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    public enum Kind: String, Hashable, Sendable {
        case notFound, required, duplicate, invalid, notSupported, forbidden, tooLong, tooMany, typeInvalid,
            internalError

        /// The words a message begins with.
        var words: String {
            switch self {
            case .notFound: "Not found"
            case .required: "Required value"
            case .duplicate: "Duplicate value"
            case .invalid, .typeInvalid: "Invalid value"
            case .notSupported: "Unsupported value"
            case .forbidden: "Forbidden"
            case .tooLong: "Too long"
            case .tooMany: "Too many"
            case .internalError: "Internal error"
            }
        }

        /// The `reason` of a cause in a Status.
        var causeReason: String {
            switch self {
            case .notFound: "FieldValueNotFound"
            case .required: "FieldValueRequired"
            case .duplicate: "FieldValueDuplicate"
            case .invalid: "FieldValueInvalid"
            case .notSupported: "FieldValueNotSupported"
            case .forbidden: "FieldValueForbidden"
            case .tooLong: "FieldValueTooLong"
            case .tooMany: "FieldValueTooMany"
            case .typeInvalid: "FieldValueTypeInvalid"
            case .internalError: "InternalError"
            }
        }
    }

    /// What is wrong.
    public var kind: Kind
    /// The path of the field, such as `spec.template.spec.containers[0].name`.
    public var field: String
    /// The value that is wrong, where messages show it.
    public var value: JSONValue?
    /// How messages show the value, where that is not its JSON text (upstream prints internal structures).
    public var shownValue: String?
    /// What it should be; may be empty.
    public var detail: String

    /// An error about a field.
    public init(_ kind: Kind, _ field: String, value: JSONValue? = nil, detail: String = "") {
        self.kind = kind
        self.field = field
        self.value = value
        self.detail = detail
    }

    /// The message without the field.
    public var body: String {
        var body = self.kind.words
        switch self.kind {
        case .required, .forbidden, .tooLong, .internalError: break
        case .notFound, .duplicate, .invalid, .notSupported, .tooMany, .typeInvalid:
            if let shown = self.shownValue ?? self.value.map(Self.shown) { body += ": \(shown)" }
        }
        return self.detail.isEmpty ? body : "\(body): \(self.detail)"
    }

    public var description: String { "\(self.field): \(self.body)" }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): GoText.quoted(text)
        case .null: "null"
        case .bool, .integer, .double, .array, .object: JSONWriter().string(of: value)
        }
    }
}

extension FieldError {
    /// A value that must be there is not.
    public static func required(_ path: FieldPath, _ detail: String = "") -> FieldError {
        FieldError(.required, path.description, detail: detail)
    }

    /// A value that cannot be.
    public static func invalid(_ path: FieldPath, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(.invalid, path.description, value: value, detail: detail)
    }

    /// A value that cannot be, shown by upstream in a form of its own.
    public static func invalid(_ path: FieldPath, shown: String, _ detail: String) -> FieldError {
        var error = FieldError(.invalid, path.description, detail: detail)
        error.shownValue = shown
        return error
    }

    /// A field that must not be set, or not changed.
    public static func forbidden(_ path: FieldPath, _ detail: String) -> FieldError {
        FieldError(.forbidden, path.description, detail: detail)
    }

    /// A value that occurs twice.
    public static func duplicate(_ path: FieldPath, _ value: JSONValue) -> FieldError {
        FieldError(.duplicate, path.description, value: value)
    }

    /// A reference to what is not there.
    public static func notFound(_ path: FieldPath, _ value: JSONValue) -> FieldError {
        FieldError(.notFound, path.description, value: value)
    }

    /// A value that is none of those known. The detail lists them in their given order.
    public static func notSupported(_ path: FieldPath, _ value: JSONValue, _ supported: [String]) -> FieldError {
        let list = supported.map(GoText.quoted).joined(separator: ", ")
        return FieldError(
            .notSupported,
            path.description,
            value: value,
            detail: list.isEmpty ? "" : "supported values: \(list)"
        )
    }

    /// A text that is longer than so many bytes.
    public static func tooLong(_ path: FieldPath, maxBytes: Int) -> FieldError {
        FieldError(.tooLong, path.description, detail: "may not be more than \(maxBytes) bytes")
    }
}
