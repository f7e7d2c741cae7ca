// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What names, labels and keys may look like, with upstream's sentences for what does not
/// (apimachinery's `util/validation`). Each function returns what is wrong; nothing when all is well.
package enum NameRules {
    /// A DNS label: at most 63 lower-case letters, digits and `-`.
    package static func dnsLabelProblems(_ text: String) -> [String] {
        var problems = Self.lengthProblems(text, max: 63)
        if !Self.isDNSLabel(text) {
            problems.append(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
                    + "and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            )
        }
        return problems
    }

    /// A DNS label that begins with a letter.
    package static func dns1035LabelProblems(_ text: String) -> [String] {
        var problems = Self.lengthProblems(text, max: 63)
        let startsWithLetter = text.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } ?? false
        if !Self.isDNSLabel(text) || !startsWithLetter {
            problems.append(
                "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
                    + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used "
                    + "for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
            )
        }
        return problems
    }

    /// A DNS name: labels joined by dots, at most 253 bytes.
    package static func dnsSubdomainProblems(_ text: String) -> [String] {
        var problems = Self.lengthProblems(text, max: 253)
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        if !labels.allSatisfy({ Self.isDNSLabel(String($0)) }) {
            problems.append(
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            )
        }
        return problems
    }

    /// A key of labels or annotations: a name, with an optional DNS subdomain and `/` before it.
    package static func qualifiedNameProblems(_ text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var problems: [String] = []
        let name: String
        switch parts.count {
        case 1: name = parts[0]
        case 2:
            name = parts[1]
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else {
                problems += Self.dnsSubdomainProblems(parts[0]).map { "prefix part \($0)" }
            }
        default:
            return [
                "a valid label key \(Self.qualifiedNameRule) with an optional DNS subdomain prefix and '/' "
                    + "(e.g. 'example.com/MyName')"
            ]
        }
        if name.isEmpty {
            problems.append("name part must be non-empty")
        } else {
            problems += Self.lengthProblems(name, max: 63).map { "name part \($0)" }
        }
        if !Self.isQualifiedNamePart(name) { problems.append("name part \(Self.qualifiedNameRule)") }
        return problems
    }

    /// The value of a label.
    package static func labelValueProblems(_ text: String) -> [String] {
        var problems = Self.lengthProblems(text, max: 63)
        if !text.isEmpty, !Self.isQualifiedNamePart(text) {
            problems.append(
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                    + "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
                    + "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
            )
        }
        return problems
    }

    /// A key of a ConfigMap.
    package static func configKeyProblems(_ text: String) -> [String] {
        var problems = Self.lengthProblems(text, max: 253)
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { Self.isAlphanumeric($0) || "-._".utf8.contains($0) }
        if !isPlain {
            problems.append(
                "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
            )
        }
        if text == "." { problems.append("must not be '.'") }
        if text == ".." {
            problems.append("must not be '..'")
        } else if text.hasPrefix("..") {
            problems.append("must not start with '..'")
        }
        return problems
    }

    /// The name of an environment variable: anything printable but `=`.
    package static func environmentVariableProblems(_ text: String) -> [String] {
        let isPrintable = !text.isEmpty && text.utf8.allSatisfy { 0x20...0x7E ~= $0 && $0 != UInt8(ascii: "=") }
        return isPrintable
            ? []
            : [
                "a valid environment variable name must consist only of printable ASCII characters other than '=' "
                    + "(e.g. 'my-name',  or 'MY.NAME',  or 'MyName1', regex used for validation is '^[ -<>-~]+$')"
            ]
    }

    /// The name of a port: at most 15 lower-case letters, digits and single `-`, a letter among them.
    package static func portNameProblems(_ text: String) -> [String] {
        var problems: [String] = []
        let bytes = Array(text.utf8)
        if bytes.count > 15 { problems.append("must be no more than 15 characters") }
        if !bytes.allSatisfy({ Self.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }) || bytes.isEmpty {
            problems.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
        }
        if !bytes.contains(where: { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }) {
            problems.append("must contain at least one letter (a-z)")
        }
        if text.contains("--") { problems.append("must not contain consecutive hyphens") }
        if bytes.first == UInt8(ascii: "-") || bytes.last == UInt8(ascii: "-") {
            problems.append("must not begin or end with a hyphen")
        }
        return problems
    }

    private static let qualifiedNameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static func lengthProblems(_ text: String, max: Int) -> [String] {
        text.utf8.count > max ? ["must be no more than \(max) bytes"] : []
    }

    private static func isLowerAlphanumeric(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        Self.isLowerAlphanumeric(byte) || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    private static func isDNSLabel(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return Self.isLowerAlphanumeric(first) && Self.isLowerAlphanumeric(last)
            && text.utf8.allSatisfy { Self.isLowerAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isQualifiedNamePart(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        return Self.isAlphanumeric(first) && Self.isAlphanumeric(last)
            && text.utf8.allSatisfy { Self.isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }
}
