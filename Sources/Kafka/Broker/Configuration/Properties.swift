// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A properties file and `--override key=value` arguments, in the form that `kafka-server-start.sh` takes.
struct Properties: Sendable {
    /// The values by key; the last one of a key counts.
    private(set) var values: [String: String] = [:]

    /// Reads the text of a properties file: `key=value` lines; `#` and `!` begin comments, a backslash continues a line.
    mutating func read(_ text: String) {
        var pending = ""
        for raw in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = pending + Self.trimmed(raw)
            if line.hasSuffix("\\") {
                pending = String(line.dropLast())
                continue
            }
            pending = ""
            guard let first = line.first, first != "#", first != "!" else { continue }
            self.read(assignment: line)
        }
    }

    /// Reads `key=value`; a text without `=` sets the key to the empty value.
    mutating func read(assignment text: String) {
        let separator = text.firstIndex { $0 == "=" || $0 == ":" } ?? text.endIndex
        let key = Self.trimmed(text[..<separator])
        let value = separator == text.endIndex ? "" : Self.trimmed(text[text.index(after: separator)...])
        self.values[key] = value
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }
        var rest = Substring(text)
        while let first = rest.first, isSpace(first) { rest.removeFirst() }
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(rest)
    }
}
