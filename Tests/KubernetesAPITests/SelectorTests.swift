// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct SelectorTests {
    @Test(arguments: [
        ("a=1", ["a": "1"], true), ("a==1", ["a": "2"], false), ("a!=1", [:], true), ("a in (1,2)", ["a": "2"], true),
        ("a notin (1,2)", ["a": "3"], true), ("a notin (1)", [:], true), ("a", ["a": ""], true),
        ("!a", ["b": "1"], true),
        ("!a", ["a": "1"], false), ("a>1", ["a": "2"], true), ("a<2", ["a": "2"], false), ("a>1", ["a": "x"], false),
        ("a=", ["a": ""], true), ("a in ()", ["a": ""], true), ("a=1, b", ["a": "1", "b": "2"], true),
        ("a in (1,,2)", ["a": ""], true), ("", ["a": "1"], true), ("in=1", ["in": "1"], true),
    ])
    func labels(text: String, labels: [String: String], matches: Bool) throws {
        #expect(try LabelQuery(text).matches(labels) == matches)
    }

    @Test(arguments: [
        ("=x", "found '=', expected: !, identifier, or 'end of string'"),
        ("n in 1", "unable to parse requirement: found '1' expected: '('"),
        ("n in (1", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("bad key=1", "unable to parse requirement: found 'key', expected: in, notin, =, ==, !=, gt, lt"),
        (",", "found ',', expected: !, identifier, or 'end of string'"),
        ("n=1,", "found '', expected: identifier after ','"),
        ("n gt 1", "unable to parse requirement: found 'gt', expected: in, notin, =, ==, !=, gt, lt"),
    ])
    func labelErrors(text: String, message: String) {
        #expect(throws: SelectorError.self) { try LabelQuery(text) }
        #expect((try? LabelQuery(text)) == nil)
        do {
            _ = try LabelQuery(text)
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func canonicalText() throws {
        #expect(try LabelQuery("c in (z,y),b!=1,!a,d").description == "!a,b!=1,c in (y,z),d")
    }

    @Test func objectSelectors() {
        let selector = LabelSelector(json: [
            "matchLabels": ["app": "x"],
            "matchExpressions": [
                ["key": "tier", "operator": "NotIn", "values": ["a"]], ["key": "zone", "operator": "Exists"],
            ],
        ])
        #expect(selector.matches(["app": "x", "zone": "1"]))
        #expect(!selector.matches(["app": "x", "zone": "1", "tier": "a"]))
        #expect(!selector.matches(["app": "x"]))
        #expect(LabelSelector(json: .emptyObject).matches([:]))
        #expect(selector.query.description == "app=x,tier notin (a),zone")
    }

    @Test func fields() throws {
        let selector = try FieldSelector("metadata.name=web-0,status.phase!=Failed")
        #expect(selector.matches { $0 == "metadata.name" ? "web-0" : "Running" })
        #expect(!selector.matches { $0 == "metadata.name" ? "web-0" : "Failed" })
        #expect(try FieldSelector("a=b\\,c").requirements.first?.value == "b,c")
        #expect(try FieldSelector("").requirements.isEmpty)
    }

    @Test func fieldErrors() {
        do {
            _ = try FieldSelector("metadata.name in (a)")
            Issue.record("no error")
        } catch {
            #expect(
                error.description == "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'"
            )
        }
    }
}
