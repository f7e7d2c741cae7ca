// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Texts in the form that Go's formatting verbs give them, since upstream's messages are made of these.
package enum GoText {
    /// `%q`.
    package static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{7}": quoted += "\\a"
            case "\u{8}": quoted += "\\b"
            case "\u{C}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{B}": quoted += "\\v"
            case "\u{0}"..<" ", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\x" + (digits.count < 2 ? "0" : "") + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// `%v` of a list of quoted texts: `["a" "b"]`.
    package static func quotedList(_ texts: [String]) -> String {
        "[" + texts.map(Self.quoted).joined(separator: " ") + "]"
    }

    /// `%v` of a decoded value: `map[a:1 b:[x y]]`.
    package static func value(_ value: JSONValue) -> String {
        switch value {
        case .null: "<nil>"
        case .string(let text): text
        case .bool, .integer, .double: value.text
        case .array(let elements): "[" + elements.map(Self.value).joined(separator: " ") + "]"
        case .object(let members): "map[" + members.map { "\($0):\(Self.value($1))" }.joined(separator: " ") + "]"
        }
    }
}
