// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// One pass over the bytes of a text. All access is checked against the end, so no text can read beyond it.
///
/// Members and elements are collected on two stacks that the whole pass shares, so that each object and array is
/// allocated once, at its final size.
struct JSONReader: ~Copyable {
    /// An object or array that is open: where its members begin on the stacks.
    private struct Frame {
        var isArray: Bool
        var firstKey: Int
        var firstValue: Int
    }

    private let base: UnsafeRawPointer
    private let count: Int
    private let depthMax: Int
    private var index = 0
    private var keys = MoveStack<String>(capacity: 64)
    private var values = MoveStack<JSONValue>(capacity: 64)
    /// The first eight bytes of each key as a number that compares like them; 0 for a key that is not plain ASCII.
    private var prefixes = MoveStack<UInt64>(capacity: 64)
    private var frames: [Frame] = []
    /// Whether the string read last is ASCII without escapes.
    private var wasPlain = false
    private(set) var duplicateFields: [String] = []

    init(base: UnsafeRawPointer, count: Int, depthMax: Int) {
        self.base = base
        self.count = count
        self.depthMax = depthMax
        self.frames.reserveCapacity(16)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try self.value()
        self.skipSpace()
        if self.index < self.count { throw self.unexpected("after top-level value") }
        return value
    }

    // MARK: - Values

    private mutating func value() throws(JSONError) -> JSONValue {
        switch try self.nextToken() {
        case UInt8(ascii: "\""):
            self.index += 1
            return .string(try self.string())
        case UInt8(ascii: "{"):
            self.index += 1
            return try self.object()
        case UInt8(ascii: "["):
            self.index += 1
            return try self.array()
        case UInt8(ascii: "t"):
            try self.literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.literal("null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try self.number()
        default:
            throw self.unexpected("looking for beginning of value")
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        let (firstKey, firstValue) = (self.keys.count, self.values.count)
        try self.enter(isArray: false)
        var sorted = true
        if try self.nextToken() == UInt8(ascii: "}") {
            self.index += 1
        } else {
            while true {
                guard try self.nextToken() == UInt8(ascii: "\"") else {
                    throw self.unexpected("looking for beginning of object key string")
                }
                self.index += 1
                let keyStart = self.index
                let key = try self.string()
                self.prefixes.push(self.prefix(from: keyStart))
                self.keys.push(key)
                if sorted, self.keys.count > firstKey + 1 {
                    sorted = self.isSorted(self.keys.count - 2, self.keys.count - 1)
                }
                guard try self.nextToken() == UInt8(ascii: ":") else { throw self.unexpected("after object key") }
                self.index += 1
                let value = try self.value()
                self.values.push(value)
                let separator = try self.nextToken()
                guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "}") else {
                    throw self.unexpected("after object key:value pair")
                }
                self.index += 1
                if separator == UInt8(ascii: "}") { break }
            }
        }
        let object = self.finishObject(firstKey: firstKey, firstValue: firstValue, sorted: sorted)
        self.frames.removeLast()
        return .object(object)
    }

    /// A key's first eight bytes, most significant first, read where it stands in the input; 0 unless it is plain ASCII.
    private func prefix(from start: Int) -> UInt64 {
        guard self.wasPlain, start + 8 <= self.count else { return 0 }
        let length = self.index - 1 - start
        let word = UInt64(bigEndian: self.base.loadUnaligned(fromByteOffset: start, as: UInt64.self))
        return length >= 8 ? word : length == 0 ? 0 : word & ~(UInt64.max >> UInt64(8 * length))
    }

    /// Whether a key is strictly before another one. Plain ASCII compares by bytes, as strings do.
    private func isSorted(_ left: Int, _ right: Int) -> Bool {
        let (first, second) = (self.prefixes[left], self.prefixes[right])
        if first != 0, second != 0, first != second { return first < second }
        return self.keys[left] < self.keys[right]
    }

    /// Insertion sort pays up to so many members.
    private static let insertionSortMax = 24

    private mutating func finishObject(firstKey: Int, firstValue: Int, sorted: Bool) -> JSONObject {
        if !sorted {
            if self.keys.count - firstKey > Self.insertionSortMax {
                return self.finishLargeObject(firstKey: firstKey, firstValue: firstValue)
            }
            var hasDuplicates = false
            for end in (firstKey + 1)..<max(self.keys.count, firstKey + 1) {
                var position = end
                while position > firstKey, !self.isSorted(position - 1, position) {
                    if self.keys[position - 1] == self.keys[position] {
                        hasDuplicates = true
                        break
                    }
                    self.keys.swapAt(position - 1, position)
                    self.prefixes.swapAt(position - 1, position)
                    self.values.swapAt(firstValue + position - 1 - firstKey, firstValue + position - firstKey)
                    position -= 1
                }
            }
            if hasDuplicates { return self.finishLargeObject(firstKey: firstKey, firstValue: firstValue) }
        }
        self.prefixes.drop(from: firstKey)
        return JSONObject(
            sortedKeys: self.keys.take(from: firstKey, filler: ""),
            values: self.values.take(from: firstValue, filler: .null)
        )
    }

    /// For objects with many members or repeated ones.
    private mutating func finishLargeObject(firstKey: Int, firstValue: Int) -> JSONObject {
        self.prefixes.drop(from: firstKey)
        let (allKeys, allValues) = (
            self.keys.take(from: firstKey, filler: ""), self.values.take(from: firstValue, filler: .null)
        )
        // Stable, so that of equal names the last one in the text comes last.
        let order = allKeys.indices.sorted { left, right in
            allKeys[left] == allKeys[right] ? left < right : allKeys[left] < allKeys[right]
        }
        var (keys, values) = ([String](), [JSONValue]())
        keys.reserveCapacity(order.count)
        values.reserveCapacity(order.count)
        for index in order {
            if let last = keys.last, last == allKeys[index] {
                values[values.count - 1] = Self.merged(values[values.count - 1], allValues[index])
                self.duplicateFields.append(self.path(to: last))
            } else {
                keys.append(allKeys[index])
                values.append(allValues[index])
            }
        }
        return JSONObject(sortedKeys: keys, values: values)
    }

    /// What a second value under the same name makes of the first: objects are merged, as when Go decodes into one
    /// structure twice; all else is replaced.
    private static func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        guard case .object(var members) = first, case .object(let others) = second else { return second }
        for (key, value) in others { members[key] = members[key].map { Self.merged($0, value) } ?? value }
        return .object(members)
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        let firstValue = self.values.count
        try self.enter(isArray: true)
        if try self.nextToken() == UInt8(ascii: "]") {
            self.index += 1
        } else {
            while true {
                let value = try self.value()
                self.values.push(value)
                let separator = try self.nextToken()
                guard separator == UInt8(ascii: ",") || separator == UInt8(ascii: "]") else {
                    throw self.unexpected("after array element")
                }
                self.index += 1
                if separator == UInt8(ascii: "]") { break }
            }
        }
        self.frames.removeLast()
        return .array(self.values.take(from: firstValue, filler: .null))
    }

    private mutating func enter(isArray: Bool) throws(JSONError) {
        if self.frames.count >= self.depthMax {
            throw JSONError(message: "exceeded max depth", offset: self.index - 1)
        }
        self.frames.append(Frame(isArray: isArray, firstKey: self.keys.count, firstValue: self.values.count))
    }

    /// The path of a member of the innermost object, as Kubernetes' strict decoder writes it.
    private func path(to key: String) -> String {
        var path = ""
        for (frame, inner) in zip(self.frames, self.frames.dropFirst()) {
            if frame.isArray {
                path += "[\(inner.firstValue - frame.firstValue)]"
            } else {
                // The member that holds the inner container is the last one before that one's own first.
                path += (path.isEmpty ? "" : ".") + self.keys[inner.firstKey - 1]
            }
        }
        return path.isEmpty ? key : path + "." + key
    }

    // MARK: - Strings

    /// Reads on after an opening quote.
    private mutating func string() throws(JSONError) -> String {
        let start = self.index
        var seen: UInt64 = 0
        // Eight bytes at a time up to the first quote, backslash or control character.
        while self.index + 8 <= self.count {
            let word = UInt64(littleEndian: self.base.loadUnaligned(fromByteOffset: self.index, as: UInt64.self))
            let special = Self.specialBytes(word)
            if special != 0 {
                let plain = special.trailingZeroBitCount / 8
                seen |= word & ((1 << UInt64(8 * plain)) - 1)
                self.index += plain
                return try self.finishString(from: start, isASCII: seen & Self.highBits == 0)
            }
            seen |= word
            self.index += 8
        }
        while self.index < self.count {
            let byte = self.byte(self.index)
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 {
                return try self.finishString(from: start, isASCII: seen & Self.highBits == 0)
            }
            seen |= UInt64(byte)
            self.index += 1
        }
        throw self.unexpectedEnd()
    }

    /// Goes on at the first byte that is not plain text.
    private mutating func finishString(from start: Int, isASCII: Bool) throws(JSONError) -> String {
        self.wasPlain = false
        switch self.byte(self.index) {
        case UInt8(ascii: "\""):
            let text = self.text(from: start, to: self.index)
            self.index += 1
            self.wasPlain = isASCII
            return text
        case UInt8(ascii: "\\"): return try self.escapedString(from: start)
        default: throw self.unexpected("in string literal")
        }
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var bytes = Array(UnsafeRawBufferPointer(start: self.base + start, count: self.index - start))
        while self.index < self.count {
            let byte = self.byte(self.index)
            switch byte {
            case UInt8(ascii: "\""):
                self.index += 1
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                self.index += 1
                try self.escape(into: &bytes)
            case 0..<0x20:
                throw self.unexpected("in string literal")
            default:
                bytes.append(byte)
                self.index += 1
            }
        }
        throw self.unexpectedEnd()
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(JSONError) {
        guard self.index < self.count else { throw self.unexpectedEnd() }
        let byte = self.byte(self.index)
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            self.index += 1
            try self.unicodeEscape(into: &bytes)
            return
        default: throw self.unexpected("in string escape code")
        }
        self.index += 1
    }

    private mutating func unicodeEscape(into bytes: inout [UInt8]) throws(JSONError) {
        var code = UInt32(try self.hexadecimalUnit())
        if code & 0xFC00 == 0xD800, self.index + 1 < self.count, self.byte(self.index) == UInt8(ascii: "\\"),
            self.byte(self.index + 1) == UInt8(ascii: "u")
        {
            let afterFirst = self.index
            self.index += 2
            let second = UInt32(try self.hexadecimalUnit())
            if second & 0xFC00 == 0xDC00 {
                code = 0x10000 + (code & 0x3FF) << 10 + (second & 0x3FF)
            } else {
                self.index = afterFirst  // lone: U+FFFD, and the second is read by itself
            }
        }
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard self.index < self.count else { throw self.unexpectedEnd() }
            let digit: UInt8
            switch self.byte(self.index) {
            case let byte where UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte: digit = byte - UInt8(ascii: "0")
            case let byte where UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte: digit = byte - UInt8(ascii: "a") + 10
            case let byte where UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte: digit = byte - UInt8(ascii: "A") + 10
            default: throw self.unexpected("in \\u hexadecimal character escape")
            }
            unit = unit << 4 | UInt16(digit)
            self.index += 1
        }
        return unit
    }

    // MARK: - Numbers and literals

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = self.index
        var isInteger = true
        if self.peek() == UInt8(ascii: "-") { self.index += 1 }
        let firstDigit = self.index
        try self.digits("in numeric literal")
        if self.byte(firstDigit) == UInt8(ascii: "0"), self.index > firstDigit + 1 {
            self.index = firstDigit + 1  // no leading zeros
            return try self.finishNumber(from: start, isInteger: true)
        }
        if self.peek() == UInt8(ascii: ".") {
            isInteger = false
            self.index += 1
            try self.digits("after decimal point in numeric literal")
        }
        if let byte = self.peek(), byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            self.index += 1
            if let sign = self.peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { self.index += 1 }
            try self.digits("in exponent of numeric literal")
        }
        return try self.finishNumber(from: start, isInteger: isInteger)
    }

    private mutating func digits(_ context: String) throws(JSONError) {
        let start = self.index
        while let byte = self.peek(), UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte { self.index += 1 }
        if self.index == start { throw self.index < self.count ? self.unexpected(context) : self.unexpectedEnd() }
    }

    private func finishNumber(from start: Int, isInteger: Bool) throws(JSONError) -> JSONValue {
        let text = self.text(from: start, to: self.index)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw JSONError(message: "number \(text) is out of range", offset: start)
        }
        return .double(value)
    }

    private mutating func literal(_ literal: StaticString) throws(JSONError) {
        for position in 0..<literal.utf8CodeUnitCount {
            let expected = literal.utf8Start[position]
            guard self.index < self.count else { throw self.unexpectedEnd() }
            if self.byte(self.index) != expected {
                let letter = Character(Unicode.Scalar(expected))
                throw self.unexpected("in literal \(literal) (expecting '\(letter)')")
            }
            self.index += 1
        }
    }

    // MARK: - Bytes

    private func byte(_ index: Int) -> UInt8 { self.base.load(fromByteOffset: index, as: UInt8.self) }

    private func peek() -> UInt8? { self.index < self.count ? self.byte(self.index) : nil }

    private func text(from start: Int, to end: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: self.base + start, count: end - start), as: UTF8.self)
    }

    private mutating func skipSpace() {
        while self.index < self.count, self.byte(self.index) <= 0x20 {
            switch self.byte(self.index) {
            case 0x20, 0x0A, 0x0D, 0x09: self.index += 1
            default: return
            }
        }
    }

    private mutating func nextToken() throws(JSONError) -> UInt8 {
        self.skipSpace()
        guard self.index < self.count else { throw self.unexpectedEnd() }
        return self.byte(self.index)
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte that is a quote, a backslash or a control character; above the lowest one that is set
    /// there may be others that mean nothing.
    private static func specialBytes(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let control = (word &- ones &* 0x20) & ~word
        return (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & Self.highBits
    }

    // MARK: - Errors

    private func unexpectedEnd() -> JSONError {
        JSONError(message: "unexpected end of JSON input", offset: self.count)
    }

    /// The character that begins at the current byte, when the bytes there are valid UTF-8.
    private func scalar() -> String? {
        var decoder = UTF8()
        var rest = UnsafeRawBufferPointer(start: self.base + self.index, count: min(4, self.count - self.index))
            .makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return nil }
        return String(Character(scalar))
    }

    private func unexpected(_ context: String) -> JSONError {
        guard let byte = self.peek() else { return self.unexpectedEnd() }
        let shown: String
        switch byte {
        case UInt8(ascii: "'"): shown = "\\'"
        case UInt8(ascii: "\\"): shown = "\\\\"
        case 0x0A: shown = "\\n"
        case 0x0D: shown = "\\r"
        case 0x09: shown = "\\t"
        case 0..<0x20, 0x7F:
            let digits = String(byte, radix: 16)
            shown = "\\x" + (digits.count < 2 ? "0" : "") + digits
        case 0x80...: shown = self.scalar() ?? "\\x" + String(byte, radix: 16)
        default: shown = String(Unicode.Scalar(byte))
        }
        return JSONError(message: "invalid character '\(shown)' \(context)", offset: self.index)
    }
}
