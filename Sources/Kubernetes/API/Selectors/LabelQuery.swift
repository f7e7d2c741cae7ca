// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// One requirement on a label.
public struct LabelRequirement: Hashable, Sendable, CustomStringConvertible {
    /// How the label is compared.
    public enum Operator: String, Hashable, Sendable {
        case equals = "="
        case doubleEquals = "=="
        case notEquals = "!="
        case isIn = "in"
        case notIn = "notin"
        case exists
        case doesNotExist = "!"
        case greaterThan = ">"
        case lessThan = "<"
    }

    /// The label.
    public var key: String
    /// How it is compared.
    public var comparison: Operator
    /// What with.
    public var values: [String]

    /// A requirement.
    public init(key: String, _ comparison: Operator, _ values: [String] = []) {
        self.key = key
        self.comparison = comparison
        self.values = values
    }

    /// Whether a label with this value (nil: no such label) fulfils it.
    public func matches(_ value: String?) -> Bool {
        switch self.comparison {
        case .equals, .doubleEquals, .isIn: value.map(self.values.contains) ?? false
        case .notEquals, .notIn: value.map { !self.values.contains($0) } ?? true
        case .exists: value != nil
        case .doesNotExist: value == nil
        case .greaterThan, .lessThan: self.matchesOrder(value)
        }
    }

    private func matchesOrder(_ value: String?) -> Bool {
        guard let value, let number = Int64(value), let limit = self.values.first.flatMap(Int64.init) else {
            return false
        }
        return self.comparison == .greaterThan ? number > limit : number < limit
    }

    /// The canonical text, values sorted.
    public var description: String {
        switch self.comparison {
        case .exists: self.key
        case .doesNotExist: "!\(self.key)"
        case .isIn, .notIn: "\(self.key) \(self.comparison.rawValue) (\(self.values.sorted().joined(separator: ",")))"
        case .equals, .doubleEquals, .notEquals, .greaterThan, .lessThan:
            "\(self.key)\(self.comparison.rawValue)\(self.values.first ?? "")"
        }
    }

    /// What is wrong with it.
    var problem: String? {
        let keyProblems = NameRules.qualifiedNameProblems(self.key).map {
            FieldError(.invalid, "key", value: .string(self.key), detail: $0)
        }
        var errors = keyProblems
        if self.comparison == .greaterThan || self.comparison == .lessThan {
            for (index, value) in self.values.enumerated() where Int64(value) == nil {
                errors.append(
                    FieldError(
                        .invalid,
                        "values[\(index)]",
                        value: .string(value),
                        detail: "for 'Gt', 'Lt' operators, the value must be an integer"
                    )
                )
            }
        }
        for (index, value) in self.values.enumerated() {
            errors += NameRules.labelValueProblems(value).map {
                FieldError(.invalid, "values[\(index)][\(self.key)]", value: .string(value), detail: $0)
            }
        }
        if errors.isEmpty { return nil }
        let texts = errors.map(\.description)
        return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    }
}

/// Requirements on labels that must all hold; without any, everything matches. This is the form of queries:
/// `app=web,tier in (a,b),!old`.
public struct LabelQuery: Hashable, Sendable, CustomStringConvertible {
    /// The requirements, in order of their keys.
    public var requirements: [LabelRequirement]

    /// A query of these requirements.
    public init(_ requirements: [LabelRequirement] = []) {
        self.requirements = requirements.sorted { $0.key < $1.key }
    }

    /// A query from its text.
    /// - Throws: ``SelectorError``, in upstream's words.
    public init(_ text: String) throws(SelectorError) {
        var parser = LabelQueryParser(text)
        self.init(try parser.parse())
    }

    /// Whether labels fulfil all requirements.
    public func matches(_ labels: [String: String]) -> Bool {
        self.requirements.allSatisfy { $0.matches(labels[$0.key]) }
    }

    public var description: String { self.requirements.map(\.description).joined(separator: ",") }
}

/// Why a text is no selector; the message of a 400.
public struct SelectorError: Error, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var description: String
}
