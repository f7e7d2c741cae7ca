// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite struct PatchTests {
    @Test(arguments: [
        (#"[{"op":"add","path":"/a/-","value":3}]"#, #"{"a":[1,2,3],"b":{"c":"d"}}"#),
        (#"[{"op":"add","path":"/a/0","value":0}]"#, #"{"a":[0,1,2],"b":{"c":"d"}}"#),
        (#"[{"op":"remove","path":"/a/0"}]"#, #"{"a":[2],"b":{"c":"d"}}"#),
        (#"[{"op":"replace","path":"/b/c","value":null}]"#, #"{"a":[1,2],"b":{"c":null}}"#),
        (#"[{"op":"move","from":"/b/c","path":"/e"}]"#, #"{"a":[1,2],"b":{},"e":"d"}"#),
        (#"[{"op":"copy","from":"/a","path":"/b/a~1~0"}]"#, #"{"a":[1,2],"b":{"a/~":[1,2],"c":"d"}}"#),
        (
            #"[{"op":"test","path":"/a","value":[1,2]},{"op":"test","path":"/z","value":null}]"#,
            #"{"a":[1,2],"b":{"c":"d"}}"#
        ),
        (#"[{"op":"replace","path":"/a/-1","value":9}]"#, #"{"a":[1,9],"b":{"c":"d"}}"#),
        (#"[{"op":"replace","path":"/b/n","value":1}]"#, #"{"a":[1,2],"b":{"c":"d","n":1}}"#),
        (#"[{"op":"add","path":"x/b","value":1}]"#, #"{"a":[1,2],"b":1}"#),
    ])
    func jsonPatch(patch: String, expected: String) throws {
        let value: JSONValue = ["a": [1, 2], "b": ["c": "d"]]
        #expect(try JSONPatch(json: JSONValue(parsing: patch)).applied(to: value).text == expected)
    }

    @Test(arguments: [
        #"[{"op":"test","path":"/a","value":2}]"#, #"[{"op":"remove","path":"/z"}]"#,
        #"[{"op":"add","path":"/a/9","value":1}]"#,
        #"[{"op":"replace","path":"/z/y","value":1}]"#, #"[{"op":"nope","path":"/a"}]"#, #"[{"path":"/a"}]"#,
        #"[{"op":"add","path":"","value":{}}]"#, #"[{"op":"copy","from":"/z","path":"/a"}]"#, #"{}"#,
    ])
    func jsonPatchesThatDoNotApply(patch: String) throws {
        let json = try JSONValue(parsing: patch)
        #expect(throws: PatchError.self) { try JSONPatch(json: json).applied(to: ["a": [1, 2]]) }
    }

    @Test func mergePatch() throws {
        let value: JSONValue = ["a": "b", "c": ["d": "e", "f": "g"], "l": [1, 2]]
        let patch: JSONValue = ["a": "z", "c": ["f": .null, "n": ["x": .null, "y": 1]], "l": [3]]
        #expect(MergePatch.applied(patch, to: value) == ["a": "z", "c": ["d": "e", "n": ["y": 1]], "l": [3]])
    }

    @Test func theDifferenceLeadsFromOneToTheOther() {
        let (old, new): (JSONValue, JSONValue) = (
            ["a": 1, "b": ["c": 1, "d": 2], "e": [1]], ["b": ["c": 1, "d": 3], "e": [2], "f": "x"]
        )
        let patch = MergePatch.difference(from: old, to: new)
        #expect(patch == ["a": .null, "b": ["d": 3], "e": [2], "f": "x"])
        #expect(MergePatch.applied(patch, to: old) == new)
    }

    @Test(arguments: [
        // Containers merge by name; new ones of the patch go first, as upstream orders what the server does not know.
        (#"{"containers":[{"name":"new","image":"n"}]}"#, ["new", "app", "side"]),
        (#"{"containers":[{"name":"app","$patch":"delete"}]}"#, ["side"]),
        (#"{"containers":[{"$patch":"replace"},{"name":"only"}]}"#, ["only"]),
        (
            #"{"$setElementOrder/containers":[{"name":"side"},{"name":"app"}],"containers":[{"name":"side","image":"2"}]}"#,
            ["side", "app"]
        ),
        (#"{"containers":null}"#, []),
    ])
    func strategicMergeOfContainers(patch: String, names: [String]) throws {
        let pod: JSONValue = [
            "spec": ["containers": [["name": "app", "image": "a"], ["name": "side", "image": "s"]]]
        ]
        let spec = try JSONValue(parsing: patch)
        let patched = try StrategicMergePatch().applied(["spec": spec], to: pod, kind: "Pod")
        #expect((patched["spec", "containers"]?.array ?? []).map { $0["name"]?.string ?? "" } == names)
    }

    @Test func strategicMergeKeepsWhatThePatchDoesNotName() throws {
        let pod: JSONValue = [
            "spec": ["containers": [["name": "app", "image": "a", "env": [["name": "X", "value": "1"]]]]]
        ]
        let patch: JSONValue = ["spec": ["containers": [["name": "app", "image": "b"]]]]
        let patched = try StrategicMergePatch().applied(patch, to: pod, kind: "Pod")
        #expect(
            patched["spec", "containers"]?.array?.first == [
                "name": "app", "image": "b", "env": [["name": "X", "value": "1"]],
            ]
        )
    }

    @Test func retainKeysPrimitiveListsAndReplacedObjects() throws {
        let pod: JSONValue = [
            "metadata": ["finalizers": ["a/x", "a/y"]], "spec": ["volumes": [["name": "v", "emptyDir": .emptyObject]]],
        ]
        var patch: JSONValue = [
            "spec": ["volumes": [["name": "v", "$retainKeys": ["name", "configMap"], "configMap": ["name": "c"]]]]
        ]
        var patched = try StrategicMergePatch().applied(patch, to: pod, kind: "Pod")
        #expect(patched["spec", "volumes"] == [["name": "v", "configMap": ["name": "c"]]])
        patch = ["metadata": ["$deleteFromPrimitiveList/finalizers": ["a/x"], "finalizers": ["a/z"]]]
        patched = try StrategicMergePatch().applied(patch, to: pod, kind: "Pod")
        #expect(patched["metadata", "finalizers"] == ["a/z", "a/y"])
        let budget: JSONValue = ["spec": ["selector": ["matchLabels": ["a": "b"]]]]
        patched = try StrategicMergePatch().applied(
            ["spec": ["selector": ["matchLabels": ["c": "d"]]]],
            to: budget,
            kind: "PodDisruptionBudget"
        )
        #expect(patched["spec", "selector"] == ["matchLabels": ["c": "d"]])
    }

    @Test(arguments: [
        (#"{"containers":[{"image":"x"}]}"#, "map: map[image:x] does not contain declared merge key: name"),
        (#"{"containers":[{"name":"a","$patch":"nope"}]}"#, "unknown patch type: nope in map: map[$patch:nope name:a]"),
    ])
    func directivesThatMakeNoSense(patch: String, message: String) throws {
        let spec = try JSONValue(parsing: patch)
        let pod: JSONValue = ["spec": ["containers": [["name": "app"]]]]
        do {
            _ = try StrategicMergePatch().applied(["spec": spec], to: pod, kind: "Pod")
            Issue.record("no error")
        } catch {
            #expect(error == PatchError(kind: .directive, description: message))
        }
    }
}
