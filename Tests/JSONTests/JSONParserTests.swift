// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONParserTests {
    @Test func valuesOfEveryKind() throws {
        let text = #" {"n":null,"t":true,"f":false,"i":-12,"d":1.5e3,"s":"a","a":[1,[],{}],"o":{"x":"y"}} "#
        let value = try JSONValue(parsing: text)
        #expect(
            value == [
                "n": .null, "t": true, "f": false, "i": -12, "d": .double(1500), "s": "a", "a": [1, [], .emptyObject],
                "o": ["x": "y"],
            ]
        )
    }

    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .double(9223372036854775808)), ("1.0", .double(1)), ("1E2", .double(100)),
    ])
    func numbersKeepIntegers(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        (#""\u0041\n\/\\\"\t""#, "A\n/\\\"\t"), (#""\ud83d\ude00""#, "😀"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\ud83d\u0041""#, "\u{FFFD}A"), (#""grün""#, "grün"), (#""0123456789abcdef""#, "0123456789abcdef"),
    ])
    func strings(text: String, value: String) throws {
        #expect(try JSONValue(parsing: text) == .string(value))
    }

    @Test(arguments: [
        ("", "unexpected end of JSON input", 0),
        (#"{"bad"#, "unexpected end of JSON input", 5),
        ("{bad", "invalid character 'b' looking for beginning of object key string", 1),
        (#"{"a" 1}"#, "invalid character '1' after object key", 5),
        (#"{"a":1 2}"#, "invalid character '2' after object key:value pair", 7),
        ("[1 2]", "invalid character '2' after array element", 3),
        ("[1,]", "invalid character ']' looking for beginning of value", 3),
        ("1 2", "invalid character '2' after top-level value", 2),
        ("nul1", "invalid character '1' in literal null (expecting 'l')", 3),
        ("01", "invalid character '1' after top-level value", 1),
        ("1.x", "invalid character 'x' after decimal point in numeric literal", 2),
        (#""\x""#, "invalid character 'x' in string escape code", 2),
        ("{é", "invalid character 'é' looking for beginning of object key string", 1),
        ("\"a\nb\"", "invalid character '\\n' in string literal", 2),
    ])
    func errorsNameTheByteAndItsOffset(text: String, message: String, offset: Int) {
        #expect(throws: JSONError(message: message, offset: offset)) { try JSONValue(parsing: text) }
    }

    @Test func depthIsLimited() {
        var parser = JSONParser()
        parser.limits.depthMax = 3
        #expect(throws: Never.self) { try parser.parse("[[[]]]".utf8) }
        #expect(throws: JSONError(message: "exceeded max depth", offset: 3)) { try parser.parse("[[[[]]]]".utf8) }
        #expect(throws: JSONError.self) { try JSONParser().parse(String(repeating: "[", count: 100_000).utf8) }
    }

    @Test func sizeIsLimited() {
        var parser = JSONParser()
        parser.limits.bytesMax = 3
        #expect(throws: JSONError.self) { try parser.parse("1234".utf8) }
    }

    @Test func duplicatesAreReportedWithTheirPathAndTheLastOneCounts() throws {
        let text = #"{"spec":{"replicas":1,"replicas":2,"list":[0,{"b":{},"a":1,"a":2}]},"kind":"x","kind":"y"}"#
        let result = try JSONParser().parse(text.utf8)
        #expect(result.duplicateFields == ["spec.list[1].a", "spec.replicas", "kind"])
        #expect(result.value["spec", "replicas"] == 2)
        #expect(result.value["kind"] == "y")
    }

    @Test func aByteThatIsNoTextIsShownAsANumber() {
        #expect(throws: JSONError(message: "invalid character '\\x81' looking for beginning of value", offset: 0)) {
            try JSONValue(parsing: [0x81, 0x20])
        }
    }

    @Test func repeatedObjectsAreMerged() throws {
        let value = try JSONValue(parsing: #"{"data":{"a":"1","a":"2"},"data":{"b":"3"}}"#)
        #expect(value == ["data": ["a": "2", "b": "3"]])
    }

    @Test func everyTruncationIsAnErrorAndNoneATrap() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9y",{"k":true}],"b":null}"#.utf8)
        _ = try JSONValue(parsing: text)
        for end in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: text[..<end]) }
        }
    }
}
