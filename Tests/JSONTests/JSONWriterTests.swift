// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func membersAreSortedAndNothingIsWastedOnSpace() {
        let value: JSONValue = ["b": [1, .null, true], "a": ["y": "z", "x": .emptyObject], "c": []]
        #expect(value.text == #"{"a":{"x":{},"y":"z"},"b":[1,null,true],"c":[]}"#)
    }

    @Test func stringsAreEscapedAsGoDoes() {
        let text = "<a&b>\"\\\n\t\u{8}\u{c}\u{1}\u{2028}\u{2029}é\u{20AC}"
        #expect(
            JSONValue.string(text).text
                == #""\u003ca\u0026b\u003e\"\\\n\t\b\f\u0001\u2028\u2029é€""#
        )
        #expect(JSONWriter(escapesHTML: false).string(of: "<a&b>") == #""<a&b>""#)
    }

    @Test(arguments: [
        (0.5, "0.5"), (1, "1"), (-2.25, "-2.25"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (1.5e-7, "1.5e-7"), (0.000001, "0.000001"), (123456789.125, "123456789.125"),
        (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (0.1 + 0.2, "0.30000000000000004"),
    ])
    func doublesAreWrittenAsGoDoes(value: Double, text: String) {
        #expect(JSONValue.double(value).text == text)
    }

    @Test func indentation() {
        let value: JSONValue = ["a": [1, 2], "b": .emptyObject]
        #expect(JSONWriter(indentation: 2).string(of: value) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}")
    }

    @Test(arguments: 0..<200)
    func whatIsWrittenReadsBack(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed))
        let value = Self.randomValue(depth: 4, using: &generator)
        #expect(try JSONValue(parsing: value.bytes) == value)
    }

    private static func randomValue(depth: Int, using generator: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .double(.random(in: 0.001..<1, using: &generator))
        case 4: return .string(Self.randomText(using: &generator))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                    Self.randomValue(depth: depth - 1, using: &generator)
                }
            )
        default:
            let count = Int.random(in: 0..<6, using: &generator)
            return .object(
                JSONObject(
                    (0..<count).map { _ in
                        (Self.randomText(using: &generator), Self.randomValue(depth: depth - 1, using: &generator))
                    }
                )
            )
        }
    }

    private static func randomText(using generator: inout SplitMix) -> String {
        let alphabet = Array("abcxyz\"\\\n<é€😀/ ")
        return String(
            (0..<Int.random(in: 0..<20, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a"
            }
        )
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
