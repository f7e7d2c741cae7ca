// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Reads the text form of label selectors; tokens and error texts are those of apimachinery's `labels` package.
struct LabelQueryParser {
    private enum Token: Hashable {
        case end, open, close, comma, not, identifier, isIn, notIn
        case comparison(LabelRequirement.Operator)
    }

    private var tokens: [(token: Token, text: String)] = []
    private var position = 0

    init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.first {
            if " \t\r\n".unicodeScalars.contains(scalar) {
                rest.removeFirst()
            } else if Self.isSpecial(scalar) {
                self.tokens.append(Self.symbol(from: &rest))
            } else {
                let word = rest.prefix { !Self.isSpecial($0) && !" \t\r\n".unicodeScalars.contains($0) }
                rest = rest[word.endIndex...]
                let token: Token =
                    word.elementsEqual("in".unicodeScalars)
                    ? .isIn : word.elementsEqual("notin".unicodeScalars) ? .notIn : .identifier
                self.tokens.append((token, String(String.UnicodeScalarView(word))))
            }
        }
    }

    mutating func parse() throws(SelectorError) -> [LabelRequirement] {
        var requirements: [LabelRequirement] = []
        while true {
            let next = self.lookahead()
            switch next.token {
            case .identifier, .not:
                do throws(SelectorError) {
                    requirements.append(try self.requirement())
                } catch {
                    throw SelectorError(description: "unable to parse requirement: \(error)")
                }
                let separator = self.consume()
                switch separator.token {
                case .end: return requirements
                case .comma:
                    let following = self.lookahead()
                    guard following.token == .identifier || following.token == .not else {
                        throw Self.found(following.text, "expected: identifier after ','")
                    }
                case .open, .close, .not, .identifier, .isIn, .notIn, .comparison:
                    throw Self.found(separator.text, "expected: ',' or 'end of string'")
                }
            case .end: return requirements
            case .open, .close, .comma, .isIn, .notIn, .comparison:
                throw Self.found(next.text, "expected: !, identifier, or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(SelectorError) -> LabelRequirement {
        var next = self.consume()
        let isNegated = next.token == .not
        if isNegated { next = self.consume() }
        guard next.token == .identifier else { throw Self.found(next.text, "expected: identifier") }
        let key = next.text
        if let problem = NameRules.qualifiedNameProblems(key).first {
            let error = FieldError(.invalid, "<nil>", value: .string(key), detail: problem)
            throw SelectorError(description: error.description)
        }
        let following = self.lookahead().token
        let requirement: LabelRequirement
        if isNegated {
            requirement = LabelRequirement(key: key, .doesNotExist)
        } else if following == .end || following == .comma {
            requirement = LabelRequirement(key: key, .exists)
        } else {
            requirement = try self.comparison(of: key)
        }
        if let problem = requirement.problem { throw SelectorError(description: problem) }
        return requirement
    }

    private mutating func comparison(of key: String) throws(SelectorError) -> LabelRequirement {
        let next = self.consumeOperator()
        switch next.token {
        case .isIn: return LabelRequirement(key: key, .isIn, try self.values())
        case .notIn: return LabelRequirement(key: key, .notIn, try self.values())
        case .comparison(let comparison): return LabelRequirement(key: key, comparison, [try self.exactValue()])
        case .end, .open, .close, .comma, .not, .identifier:
            throw Self.found(next.text, "expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func exactValue() throws(SelectorError) -> String {
        let next = self.lookahead()
        if next.token == .end || next.token == .comma { return "" }
        _ = self.consume()
        guard next.token == .identifier else { throw Self.found(next.text, "expected: identifier") }
        return next.text
    }

    private mutating func values() throws(SelectorError) -> [String] {
        let open = self.consume()
        guard open.token == .open else {
            throw SelectorError(description: "found '\(open.text)' expected: '('")
        }
        let next = self.lookahead()
        switch next.token {
        case .close:
            _ = self.consume()
            return [""]
        case .identifier, .comma:
            let values = try self.list()
            let close = self.consume()
            guard close.token == .close else { throw Self.found(close.text, "expected: ')'") }
            return values
        case .end, .open, .not, .isIn, .notIn, .comparison:
            throw Self.found(next.text, "expected: ',', ')' or identifier")
        }
    }

    private mutating func list() throws(SelectorError) -> [String] {
        var values: [String] = []
        func insert(_ value: String) { if !values.contains(value) { values.append(value) } }
        while true {
            let next = self.consume()
            switch next.token {
            case .identifier:
                insert(next.text)
                let following = self.lookahead()
                if following.token == .close { return values }
                guard following.token == .comma else { throw Self.found(following.text, "expected: ',' or ')'") }
            case .comma:
                if values.isEmpty { insert("") }
                let following = self.lookahead()
                if following.token == .close {
                    insert("")
                    return values
                }
                if following.token == .comma {
                    _ = self.consume()
                    insert("")
                }
            case .end, .open, .close, .not, .isIn, .notIn, .comparison:
                throw Self.found(next.text, "expected: ',', or identifier")
            }
        }
    }

    // MARK: - Tokens

    /// The next token where a key or value is expected: `in` and `notin` are plain words there.
    private func lookahead() -> (token: Token, text: String) {
        guard self.position < self.tokens.count else { return (.end, "") }
        let next = self.tokens[self.position]
        return next.token == .isIn || next.token == .notIn ? (.identifier, next.text) : next
    }

    private mutating func consume() -> (token: Token, text: String) {
        defer { self.position += 1 }
        return self.lookahead()
    }

    private mutating func consumeOperator() -> (token: Token, text: String) {
        defer { self.position += 1 }
        return self.position < self.tokens.count ? self.tokens[self.position] : (.end, "")
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        "=!(),><".unicodeScalars.contains(scalar)
    }

    private static func symbol(from rest: inout Substring.UnicodeScalarView) -> (token: Token, text: String) {
        let symbols: [(text: String, token: Token)] = [
            ("==", .comparison(.doubleEquals)), ("!=", .comparison(.notEquals)), ("=", .comparison(.equals)),
            (">", .comparison(.greaterThan)), ("<", .comparison(.lessThan)), ("!", .not), ("(", .open), (")", .close),
            (",", .comma),
        ]
        for symbol in symbols where rest.starts(with: symbol.text.unicodeScalars) {
            rest.removeFirst(symbol.text.unicodeScalars.count)
            return (symbol.token, symbol.text)
        }
        rest.removeFirst()
        return (.end, "")  // not reached: every special character is a symbol
    }

    private static func found(_ text: String, _ rest: String) -> SelectorError {
        SelectorError(description: "found '\(text)', \(rest)")
    }
}
