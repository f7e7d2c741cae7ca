// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Checks that many kinds share.
enum FieldChecks {
    /// A number that may not be negative.
    static func nonNegative(_ value: JSONValue?, _ path: FieldPath) -> [FieldError] {
        guard let number = value?.integer, number < 0 else { return [] }
        return [.invalid(path, .integer(number), "must be greater than or equal to 0")]
    }

    /// A port's number.
    static func port(_ number: Int64, _ path: FieldPath) -> [FieldError] {
        1...65_535 ~= number ? [] : [.invalid(path, .integer(number), "must be between 1 and 65535, inclusive")]
    }

    /// A port by number or name.
    static func port(_ value: JSONValue?, _ path: FieldPath) -> [FieldError] {
        if let name = value?.string {
            return NameRules.portNameProblems(name).map { .invalid(path, .string(name), $0) }
        }
        return Self.port(value?.integer ?? 0, path)
    }

    /// A text that must be one of those known.
    static func oneOf(_ value: JSONValue?, _ supported: [String], _ path: FieldPath, required: Bool = true)
        -> [FieldError]
    {
        let text = value?.string ?? ""
        if text.isEmpty { return required ? [.required(path)] : [] }
        return supported.contains(text) ? [] : [.notSupported(path, .string(text), supported)]
    }

    /// A number that is not negative, or a percentage; up to 100 when it is capped.
    static func numberOrPercentage(_ value: JSONValue?, _ path: FieldPath, isCapped: Bool = true) -> [FieldError] {
        guard let value, let parsed = IntOrString(json: value) else { return [] }
        switch parsed {
        case .int: return Self.nonNegative(value, path)
        case .string(let text):
            guard let percentage = parsed.percentage else {
                return [
                    .invalid(
                        path,
                        .string(text),
                        "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                            + "'93%', regex used for validation is '[0-9]+%')"
                    )
                ]
            }
            return isCapped && percentage > 100 ? [.invalid(path, value, "must not be greater than 100%")] : []
        }
    }

    /// A label selector of an object.
    static func selector(_ selector: JSONValue?, _ path: FieldPath) -> [FieldError] {
        guard let selector, !selector.isNull else { return [] }
        var errors: [FieldError] = []
        let labels = path.child("matchLabels")
        for (key, value) in selector["matchLabels"]?.object ?? JSONObject() {
            let text = value.string ?? ""
            errors += NameRules.qualifiedNameProblems(key).map { .invalid(labels, .string(key), $0) }
            errors += NameRules.labelValueProblems(text).map { .invalid(labels.key(key), .string(text), $0) }
        }
        for (index, requirement) in (selector["matchExpressions"]?.array ?? []).enumerated() {
            errors += Self.requirement(requirement, path.child("matchExpressions").index(index))
        }
        return errors
    }

    private static func requirement(_ requirement: JSONValue, _ path: FieldPath) -> [FieldError] {
        let values = requirement["values"]?.array ?? []
        let key = requirement["key"]?.string ?? ""
        var errors: [FieldError] = []
        switch requirement["operator"]?.string ?? "" {
        case "In", "NotIn":
            if values.isEmpty {
                errors.append(.required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"))
            }
        case "Exists", "DoesNotExist":
            if !values.isEmpty {
                errors.append(
                    .forbidden(
                        path.child("values"),
                        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                    )
                )
            }
        case let other:
            errors.append(.invalid(path.child("operator"), .string(other), "not a valid selector operator"))
        }
        errors += NameRules.qualifiedNameProblems(key).map { .invalid(path.child("key"), .string(key), $0) }
        for (index, value) in values.enumerated() {
            let text = value.string ?? ""
            errors += NameRules.labelValueProblems(text).map {
                .invalid(path.child("values").index(index), .string(text), $0)
            }
        }
        return errors
    }

    /// Whether a list names something twice.
    static func duplicates(_ items: [JSONValue], key: String, _ path: FieldPath) -> [FieldError] {
        var seen: Set<String> = []
        return items.enumerated().compactMap { index, item in
            guard let name = item[key]?.string, !name.isEmpty else { return nil }
            return seen.insert(name).inserted ? nil : .duplicate(path.index(index).child(key), .string(name))
        }
    }

    /// Whether a number or percentage is zero; one that is absent is.
    static func isZero(_ value: JSONValue?) -> Bool {
        guard let value, let parsed = IntOrString(json: value) else { return true }
        switch parsed {
        case .int(let number): return number == 0
        case .string: return parsed.percentage == 0
        }
    }

    /// A member that may not change.
    static func immutable(_ field: String, of object: JSONValue?, _ old: JSONValue?, _ path: FieldPath?)
        -> [FieldError]
    {
        guard object?[field] != old?[field] else { return [] }
        let place = path?.child(field) ?? FieldPath(field)
        return [.invalid(place, object?[field] ?? .null, "field is immutable")]
    }

    /// Counts of a status, none of which may be negative.
    static func statusCounts(_ fields: [String], of object: JSONValue) -> [FieldError] {
        fields.flatMap { Self.nonNegative(object["status", $0], FieldPath("status").child($0)) }
    }

    /// Counts of a status that may not exceed another one.
    static func bounded(_ fields: [String], by bound: String, of object: JSONValue) -> [FieldError] {
        let most = object["status", bound]?.integer ?? 0
        return fields.compactMap { field in
            guard let number = object["status", field]?.integer, number > most else { return nil }
            return .invalid(
                FieldPath("status").child(field),
                .integer(number),
                "cannot be greater than status.\(bound)"
            )
        }
    }
}
