// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite("server-side apply on values")
struct ServerSideApplyTests {
    private static func application(
        _ manager: String,
        kind: String = "Pod",
        force: Bool = false,
        time: String = "2026-01-01T00:00:00Z"
    ) -> ServerSideApply {
        ServerSideApply(
            kind: kind,
            kindText: "/v1, Kind=\(kind)",
            writer: FieldWriter(manager: manager, apiVersion: "v1", subresource: nil, time: time),
            isForced: force,
            empty: ["metadata": .emptyObject]
        )
    }

    /// The object after an apply, its managers in it.
    private func apply(
        _ configuration: JSONValue,
        to live: JSONValue,
        as manager: String,
        kind: String = "Pod",
        force: Bool = false
    ) throws -> JSONValue {
        let outcome = try Self.application(manager, kind: kind, force: force)
            .applied(configuration, to: live) { $0 == "status" }
        var object = outcome.object ?? live
        object["metadata", "managedFields"] = outcome.managers.json
        return object
    }

    private func managers(_ object: JSONValue) -> [String: JSONValue] {
        let entries = ManagedFields(of: object).entries
        return Dictionary(entries.map { ($0.identity.manager, $0.fields.json) }) { first, _ in first }
    }

    private let empty: JSONValue = ["metadata": .emptyObject]

    @Test("a field that is not applied any more goes, but not when another manager has it")
    func removal() throws {
        let both: JSONValue = ["data": ["a": "1", "b": "2", "c": "3"]]
        var map = try self.apply(both, to: self.empty, as: "one", kind: "ConfigMap")
        map = try self.apply(["data": ["b": "2"]], to: map, as: "two", kind: "ConfigMap")
        map = try self.apply(["data": ["a": "1"]], to: map, as: "one", kind: "ConfigMap")
        #expect(map["data"] == ["a": "1", "b": "2"])
        let managers = self.managers(map)
        #expect(managers["one"] == ["f:data": ["f:a": .emptyObject]])
        #expect(managers["two"] == ["f:data": ["f:b": .emptyObject]])
    }

    @Test("what an updater wrote is a conflict, and changes hands by force")
    func conflict() throws {
        var map = try self.apply(["data": ["a": "1"]], to: self.empty, as: "one", kind: "ConfigMap")
        var managers = ManagedFields(of: map)
        let before = map
        map["data", "a"] = "2"
        let writer = FieldWriter(
            manager: "kubectl-edit",
            apiVersion: "v1",
            subresource: nil,
            time: "2026-01-01T00:00:01Z"
        )
        managers.recordUpdate(from: before, to: map, kind: "ConfigMap", by: writer)
        map["metadata", "managedFields"] = managers.json
        #expect(self.managers(map)["one"] == nil)
        let error = try #require(throws: StatusError.self) {
            try self.apply(["data": ["a": "1"]], to: map, as: "one", kind: "ConfigMap")
        }
        #expect(error.code == 409)
        #expect(
            error.message
                == #"Apply failed with 1 conflict: conflict with "kubectl-edit" using v1: .data.a"#
        )
        #expect(
            error.details?.causes == [
                .init(
                    reason: "FieldManagerConflict",
                    message: #"conflict with "kubectl-edit" using v1"#,
                    field: ".data.a"
                )
            ]
        )
        map = try self.apply(["data": ["a": "1"]], to: map, as: "one", kind: "ConfigMap", force: true)
        #expect(map["data"] == ["a": "1"])
        #expect(self.managers(map).keys.sorted() == ["one"])
    }

    @Test("several conflicts are listed by manager")
    func conflicts() throws {
        let one = try self.apply(["data": ["a": "1", "b": "1"]], to: self.empty, as: "one", kind: "ConfigMap")
        let error = try #require(throws: StatusError.self) {
            try self.apply(["data": ["a": "2", "b": "2"]], to: one, as: "two", kind: "ConfigMap")
        }
        #expect(error.message == "Apply failed with 2 conflicts: conflicts with \"one\":\n- .data.a\n- .data.b")
    }

    @Test("lists with keys merge by them; order is the configuration's, others stay beside their neighbours")
    func lists() throws {
        func pod(_ names: [String], image: String = "i") -> JSONValue {
            let containers = names.map { ["name": .string($0), "image": .string(image)] as JSONValue }
            return ["spec": ["containers": .array(containers)]]
        }
        var object = try self.apply(pod(["a", "b"]), to: self.empty, as: "one")
        object = try self.apply(pod(["x", "b", "y"]), to: object, as: "two")
        let names = object["spec", "containers"]?.array?.map { $0["name"]?.string ?? "" }
        #expect(names == ["a", "x", "b", "y"])
        object = try self.apply(pod(["x"]), to: object, as: "two")
        #expect(object["spec", "containers"]?.array?.map { $0["name"]?.string ?? "" } == ["a", "x", "b"])
        object = try self.apply(pod(["b"]), to: object, as: "one")
        #expect(object["spec", "containers"]?.array?.map { $0["name"]?.string ?? "" } == ["x", "b"])
    }

    @Test("the keys of an element have the schema's defaults")
    func keyDefaults() throws {
        let port: JSONValue = ["containerPort": 80]
        let container: JSONValue = ["name": "c", "ports": [port]]
        let pod = try self.apply(["spec": ["containers": [container]]], to: self.empty, as: "one")
        let step = #"k:{"containerPort":80,"protocol":"TCP"}"#
        let ports = self.managers(pod)["one"]?["f:spec", "f:containers", #"k:{"name":"c"}"#, "f:ports"]
        #expect(ports?[step] == [".": .emptyObject, "f:containerPort": .emptyObject])
    }

    @Test("fields that no schema has, managers in the configuration and elements twice are refused")
    func refusals() throws {
        let unknown = #expect(throws: StatusError.self) {
            try self.apply(["metadata": ["name": "x"], "spec": ["nope": 1]], to: self.empty, as: "one")
        }
        #expect(unknown?.code == 500)
        #expect(
            unknown?.message
                == "failed to create typed patch object (/x; /v1, Kind=Pod): .spec.nope: field not declared in schema"
        )
        let managed = #expect(throws: StatusError.self) {
            try self.apply(["metadata": ["managedFields": [.emptyObject]]], to: self.empty, as: "one")
        }
        #expect(managed?.message == "metadata.managedFields must be nil")
        let container: JSONValue = ["name": "c"]
        let twice = #expect(throws: StatusError.self) {
            try self.apply(["spec": ["containers": [container, container]]], to: self.empty, as: "one")
        }
        #expect(twice?.message.contains("duplicate entries for key") == true)
    }

    @Test("an apply that changes nothing adds its manager without a time")
    func sharing() throws {
        let one = try self.apply(["data": ["a": "1"]], to: self.empty, as: "one", kind: "ConfigMap")
        let outcome = try Self.application("two", kind: "ConfigMap").applied(["data": ["a": "1"]], to: one) { _ in false
        }
        #expect(outcome.object == nil)
        #expect(outcome.managers.entries.map(\.identity.manager) == ["two", "one"])
        #expect(outcome.managers.entries.map(\.time) == [nil, "2026-01-01T00:00:00Z"])
    }

    @Test("kubectl takes over what its client-side apply still holds, and keeps the annotation up to date")
    func clientSideApply() throws {
        let annotation = "kubectl.kubernetes.io/last-applied-configuration"
        let last: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "data": ["a": "1"]]
        var map: JSONValue = [
            "metadata": ["annotations": [annotation: .string(last.text)]], "data": ["a": "1", "b": "9"],
        ]
        var managers = ManagedFields()
        let writer = FieldWriter(
            manager: "kubectl-client-side-apply",
            apiVersion: "v1",
            subresource: nil,
            time: "2026-01-01T00:00:00Z"
        )
        managers.recordUpdate(from: self.empty, to: map, kind: "ConfigMap", by: writer)
        map["metadata", "managedFields"] = managers.json
        let next: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "data": ["a": "2"]]
        let applied = try self.apply(next, to: map, as: "kubectl", kind: "ConfigMap")
        #expect(applied["data", "a"] == "2")
        #expect(applied["metadata", "annotations", annotation] == .string(next.text + "\n"))
        let other = #expect(throws: StatusError.self) {
            try self.apply(["apiVersion": "v1", "data": ["b": "2"]], to: map, as: "kubectl", kind: "ConfigMap")
        }
        #expect(other?.message.hasSuffix(": .data.b") == true)
        let stranger = #expect(throws: StatusError.self) {
            try self.apply(next, to: map, as: "helm", kind: "ConfigMap")
        }
        #expect(stranger?.code == 409)
    }
}
