// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite("sets of field paths")
struct FieldSetTests {
    private func set(_ text: String) throws -> FieldSet {
        try #require(FieldSet(json: try JSONValue(parsing: text.utf8)))
    }

    @Test("a path and what is under it are told apart")
    func membership() throws {
        let both = try self.set(#"{"f:a":{".":{},"f:b":{}}}"#)
        let outer = try self.set(#"{"f:a":{}}"#)
        let inner = try self.set(#"{"f:a":{"f:b":{}}}"#)
        #expect(outer.union(inner) == both)
        #expect(both.subtracting(outer) == inner)
        #expect(both.subtracting(inner) == outer)
        #expect(both.intersection(inner) == inner)
        #expect(inner.intersection(outer).isEmpty)
        #expect(both.subtracting(both).isEmpty)
    }

    @Test("set laws hold on random sets", arguments: 0..<50)
    func laws(_ seed: Int) throws {
        var random = SplitMix(state: UInt64(seed) &+ 1)
        let (one, other) = (Self.random(&random), Self.random(&random))
        let (first, second) = (Set(one.paths), Set(other.paths))
        #expect(Set(one.union(other).paths) == first.union(second))
        #expect(Set(one.intersection(other).paths) == first.intersection(second))
        #expect(Set(one.subtracting(other).paths) == first.subtracting(second))
        #expect(FieldSet(json: one.json) == one)
    }

    @Test("paths read as in conflicts")
    func paths() throws {
        let set = try self.set(
            #"{"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:image":{}}},"f:finalizers":{"v:\"x\"":{}}}}"#
        )
        #expect(
            set.paths == [
                #".spec.containers[name="app"]"#, #".spec.containers[name="app"].image"#, #".spec.finalizers[="x"]"#,
            ]
        )
    }

    @Test("what is no tree is refused", arguments: [#"{"a":{}}"#, #"{"f:a":1}"#, "[]", #"{"f:a":{"b":{}}}"#])
    func malformed(_ text: String) throws {
        #expect(FieldSet(json: try JSONValue(parsing: text.utf8)) == nil)
    }

    private static func random(_ random: inout SplitMix) -> FieldSet {
        func node(_ depth: Int) -> JSONValue {
            var node = JSONValue.emptyObject
            for name in ["f:a", "f:b", "f:c"] where random.next() % 2 == 0 {
                node[name] = depth > 0 ? node_(depth - 1) : .emptyObject
            }
            return node
        }
        func node_(_ depth: Int) -> JSONValue {
            var inner = node(depth)
            if inner != .emptyObject, random.next() % 2 == 0 { inner["."] = .emptyObject }
            return inner
        }
        return FieldSet(json: node(3)) ?? FieldSet()
    }

    private struct SplitMix {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var value = self.state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return (value ^ (value >> 31)) >> 7
        }
    }
}
