// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The steps of paths in a ``FieldSet``: how they are written there, and how people read them.
enum FieldPathElement {
    /// The step to a field of an object.
    static func field(_ name: String) -> String { "f:\(name)" }

    /// The step to an element of a list that is a set.
    static func value(_ value: JSONValue) -> String { "v:\(value.text)" }

    /// The step to an element of a list by its keys; nil for an element that has none of them.
    static func keys(_ names: [String], of element: JSONValue, defaults: [String: JSONValue]) -> String? {
        if names.count == 1, case .string(let text)? = element[names[0]], Self.isPlain(text) {
            return "k:{\"\(names[0])\":\"\(text)\"}"  // most lists are like this, and nothing needs escaping
        }
        var keys = JSONObject()
        for name in names {
            if let value = element[name] ?? defaults[name] { keys[name] = value }
        }
        return keys.isEmpty ? nil : "k:\(JSONValue.object(keys).text)"
    }

    /// The name of a step to a field; nil for other steps.
    static func fieldName(of element: String) -> String? {
        element.hasPrefix("f:") ? String(element.dropFirst(2)) : nil
    }

    /// A step as conflicts write it: `.spec`, `[name="app"]`, `[="x"]`.
    static func text(of element: String) -> String {
        let rest = String(element.dropFirst(2))
        if element.hasPrefix("f:") { return ".\(rest)" }
        if element.hasPrefix("v:") { return "[=\(rest)]" }
        guard element.hasPrefix("k:"), let keys = Self.parsed(rest)?.object else { return "[\(rest)]" }
        return "[" + keys.map { "\($0)=\($1.text)" }.joined(separator: ",") + "]"
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) && !#""\&<>"#.utf8.contains($0) }
    }

    private static func parsed(_ text: String) -> JSONValue? {
        do { return try JSONValue(parsing: text.utf8) } catch { return nil }
    }
}
