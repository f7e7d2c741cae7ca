// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The parts of an image reference: `registry/path/name:tag@digest`.
struct ImageReference: Hashable {
    /// Registry, path and name.
    var name: String
    /// The tag; nil when there is none.
    var tag: String?

    /// Reads a reference; nil when it is none.
    init?(_ text: String) {
        var rest = text[...]
        if let at = rest.firstIndex(of: "@") { rest = rest[..<at] }
        // A colon in front of a slash separates a registry's port.
        if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
            self.tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        guard !rest.isEmpty, !rest.contains(where: { $0.isWhitespace || $0.isUppercase }) else { return nil }
        self.name = String(rest)
    }

    /// The part of the name behind the last slash.
    var baseName: Substring { self.name.split(separator: "/").last ?? "" }
}

/// A pattern of references: `*` stands for any characters. Without a slash it is compared with the last part of the name, whatever the
/// registry; without a tag it matches every tag.
struct ImagePattern: Hashable {
    private var name: Substring
    private var tag: Substring?

    init(_ text: String) {
        let colon = text.lastIndex(of: ":")
        if let colon, !text[colon...].contains("/") {
            self.name = text[..<colon]
            self.tag = text[text.index(after: colon)...]
        } else {
            self.name = text[...]
        }
    }

    func matches(_ reference: ImageReference) -> Bool {
        let name = self.name.contains("/") ? reference.name[...] : reference.baseName
        guard Self.matches(self.name.utf8[...], name.utf8[...]) else { return false }
        guard let tag else { return true }
        return Self.matches(tag.utf8[...], (reference.tag ?? "latest").utf8[...])
    }

    private static func matches(_ pattern: Substring.UTF8View.SubSequence, _ text: Substring.UTF8View.SubSequence)
        -> Bool
    {
        guard let first = pattern.first else { return text.isEmpty }
        if first == UInt8(ascii: "*") {
            return Self.matches(pattern.dropFirst(), text)
                || (!text.isEmpty && Self.matches(pattern, text.dropFirst()))
        }
        return text.first == first && Self.matches(pattern.dropFirst(), text.dropFirst())
    }
}
