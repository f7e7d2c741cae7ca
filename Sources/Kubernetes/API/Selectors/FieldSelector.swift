// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Requirements on fields of an object that must all hold, in the form of queries: `metadata.name=web-0,status.phase!=Failed`.
public struct FieldSelector: Hashable, Sendable, CustomStringConvertible {
    /// One requirement.
    public struct Requirement: Hashable, Sendable {
        /// The path of the field.
        public var field: String
        /// Whether the field must differ from the value.
        public var isNegated: Bool
        /// The value.
        public var value: String

        /// Whether a field with this value fulfils it.
        public func matches(_ value: String) -> Bool { (value == self.value) != self.isNegated }
    }

    /// The requirements.
    public var requirements: [Requirement]

    /// Requirements that must all hold.
    public init(_ requirements: [Requirement] = []) {
        self.requirements = requirements
    }

    /// A selector from its text; in values `\`, `,` and `=` are written with a `\` before them.
    /// - Throws: ``SelectorError``, in upstream's words.
    public init(_ text: String) throws(SelectorError) {
        var requirements: [Requirement] = []
        for term in Self.terms(of: text) where !term.isEmpty {
            guard let requirement = Self.requirement(term) else {
                throw SelectorError(description: "invalid selector: '\(text)'; can't understand '\(term)'")
            }
            requirements.append(requirement)
        }
        self.requirements = requirements
    }

    /// Whether all hold; `value` gives a field of the object.
    public func matches(_ value: (_ field: String) -> String) -> Bool {
        self.requirements.allSatisfy { $0.matches(value($0.field)) }
    }

    public var description: String {
        self.requirements.map { requirement in
            var escaped = ""
            for character in requirement.value {
                if "\\,=".contains(character) { escaped.append("\\") }
                escaped.append(character)
            }
            return "\(requirement.field)\(requirement.isNegated ? "!=" : "=")\(escaped)"
        }.joined(separator: ",")
    }

    private static func terms(of text: String) -> [String] {
        var terms = [""]
        var isEscaped = false
        for character in text {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," {
                terms.append("")
                continue
            }
            terms[terms.count - 1].append(character)
        }
        return terms
    }

    private static func requirement(_ term: String) -> Requirement? {
        let characters = Array(term)
        for index in characters.indices {
            for (comparison, isNegated) in [("!=", true), ("==", false), ("=", false)]
            where characters[index...].starts(with: comparison) {
                guard let value = Self.unescaped(characters[(index + comparison.count)...]) else { return nil }
                return Requirement(field: String(characters[..<index]), isNegated: isNegated, value: value)
            }
        }
        return nil
    }

    private static func unescaped(_ text: ArraySlice<Character>) -> String? {
        var value = ""
        var isEscaped = false
        for character in text {
            if isEscaped {
                guard "\\,=".contains(character) else { return nil }
                value.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "," || character == "=" {
                return nil
            } else {
                value.append(character)
            }
        }
        return isEscaped ? nil : value
    }
}
