// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Writes values as JSON texts, byte for byte as Go's encoding/json does: members sorted, no white space, `<`, `>`, `&`
/// and the line separators U+2028 and U+2029 escaped, numbers in Go's form.
///
/// The bytes matter: a ControllerRevision's name is a hash over such a text.
public struct JSONWriter: Hashable, Sendable {
    /// Whether `<`, `>` and `&` become `\u003c`, `\u003e` and `\u0026`.
    public var escapesHTML: Bool
    /// The spaces of one level of indentation; nil writes on one line.
    public var indentation: Int?

    /// A writer.
    public init(escapesHTML: Bool = true, indentation: Int? = nil) {
        self.escapesHTML = escapesHTML
        self.indentation = indentation
    }

    /// Hands the text's bytes to `body`: `writer.withBytes(of: value) { buffer.writeBytes($0) }`.
    public func withBytes<R>(of value: JSONValue, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        var sink = ByteSink()
        self.write(value, into: &sink, level: 0)
        return try sink.withBytes(body)
    }

    /// The text's bytes.
    public func bytes(of value: JSONValue) -> [UInt8] {
        self.withBytes(of: value) { Array($0) }
    }

    /// The text.
    public func string(of value: JSONValue) -> String {
        self.withBytes(of: value) { String(decoding: $0, as: UTF8.self) }
    }

    private func write(_ value: JSONValue, into sink: inout ByteSink, level: Int) {
        switch value {
        case .null: sink.append("null")
        case .bool(let value): sink.append(value ? "true" : "false")
        case .integer(let value): sink.append(integer: value)
        case .double(let value): sink.append(string: GoNumber.text(of: value))
        case .string(let value): self.write(string: value, into: &sink)
        case .array(let elements):
            if elements.isEmpty {
                sink.append("[]")
                return
            }
            sink.append(UInt8(ascii: "["))
            var isFirst = true
            for element in elements {
                if !isFirst { sink.append(UInt8(ascii: ",")) }
                isFirst = false
                self.breakLine(into: &sink, level: level + 1)
                self.write(element, into: &sink, level: level + 1)
            }
            self.breakLine(into: &sink, level: level)
            sink.append(UInt8(ascii: "]"))
        case .object(let object):
            if object.isEmpty {
                sink.append("{}")
                return
            }
            sink.append(UInt8(ascii: "{"))
            for index in 0..<object.keys.count {
                if index > 0 { sink.append(UInt8(ascii: ",")) }
                self.breakLine(into: &sink, level: level + 1)
                self.write(string: object.keys[index], into: &sink)
                sink.append(UInt8(ascii: ":"))
                if self.indentation != nil { sink.append(UInt8(ascii: " ")) }
                self.write(object.values[index], into: &sink, level: level + 1)
            }
            self.breakLine(into: &sink, level: level)
            sink.append(UInt8(ascii: "}"))
        }
    }

    private func breakLine(into sink: inout ByteSink, level: Int) {
        guard let indentation else { return }
        sink.append(UInt8(ascii: "\n"))
        for _ in 0..<(level * indentation) { sink.append(UInt8(ascii: " ")) }
    }

    private func write(string: String, into sink: inout ByteSink) {
        var string = string
        string.withUTF8 { bytes in
            sink.append(UInt8(ascii: "\""))
            var (start, index) = (0, 0)
            while index < bytes.count {
                let byte = bytes[index]
                if byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C, !self.isEscapedHTML(byte) {
                    index += 1
                    continue
                }
                if byte >= 0x80 {
                    // Only U+2028 and U+2029 (E2 80 A8, E2 80 A9) are escaped beyond ASCII.
                    guard byte == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x80,
                        bytes[index + 2] & 0xFE == 0xA8
                    else {
                        index += 1
                        continue
                    }
                    sink.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]))
                    sink.append(bytes[index + 2] == 0xA8 ? "\\u2028" : "\\u2029")
                    index += 3
                } else {
                    sink.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<index]))
                    Self.writeEscape(byte, into: &sink)
                    index += 1
                }
                start = index
            }
            sink.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start...]))
            sink.append(UInt8(ascii: "\""))
        }
    }

    private func isEscapedHTML(_ byte: UInt8) -> Bool {
        self.escapesHTML && (byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&"))
    }

    private static func writeEscape(_ byte: UInt8, into sink: inout ByteSink) {
        switch byte {
        case 0x22: sink.append("\\\"")
        case 0x5C: sink.append("\\\\")
        case 0x08: sink.append("\\b")
        case 0x0C: sink.append("\\f")
        case 0x0A: sink.append("\\n")
        case 0x0D: sink.append("\\r")
        case 0x09: sink.append("\\t")
        default:
            sink.append("\\u00")
            for nibble in [byte >> 4, byte & 0xF] {
                sink.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
            }
        }
    }
}

extension JSONValue {
    /// The compact text in UTF-8, as Go writes it.
    public var bytes: [UInt8] { JSONWriter().bytes(of: self) }
    /// The compact text, as Go writes it.
    public var text: String { JSONWriter().string(of: self) }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { JSONWriter(escapesHTML: false).string(of: self) }
}
