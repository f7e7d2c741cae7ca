// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What XML and HTML have in common.
enum Markup {
    /// A text that is only text, in an element and in a quoted attribute.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20: result += "?"  // XML 1.0 has no way to write it
            case _: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// An element with text in it.
    static func element(_ name: String, _ text: String, attributes: String = "") -> String {
        "<\(name)\(attributes.isEmpty ? "" : " \(attributes)")>\(self.escaped(text))</\(name)>"
    }
}
