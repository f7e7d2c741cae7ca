// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import Testing

@Suite("managers of fields")
struct ManagedFieldsTests {
    private let empty: JSONValue = ["metadata": .emptyObject]

    private func writer(_ manager: String, second: Int = 0, subresource: String? = nil) -> FieldWriter {
        let time = "2026-01-01T00:00:\(second < 10 ? "0" : "")\(second)Z"
        return FieldWriter(manager: manager, apiVersion: "v1", subresource: subresource, time: time)
    }

    @Test("what changes belongs to whoever changed it; what goes belongs to nobody")
    func ownership() throws {
        let first: JSONValue = ["metadata": ["labels": ["a": "1"]], "data": ["x": "1", "y": "1"]]
        var managers = ManagedFields()
        managers.recordUpdate(from: self.empty, to: first, kind: "ConfigMap", by: self.writer("one"))
        var second = first
        second["data"] = ["x": "2"]
        managers.recordUpdate(from: first, to: second, kind: "ConfigMap", by: self.writer("two", second: 1))
        let labels: JSONValue = [".": .emptyObject, "f:a": .emptyObject]
        #expect(managers.entries.map(\.identity.manager) == ["one", "two"])
        #expect(
            managers.entries.map(\.fields.json) == [
                ["f:metadata": ["f:labels": labels], "f:data": .emptyObject], ["f:data": ["f:x": .emptyObject]],
            ]
        )
    }

    @Test("the server's own fields and a write that changes nothing leave no trace")
    func ownerless() {
        var object = self.empty
        object["metadata"] = [
            "name": "x", "uid": "u", "resourceVersion": "1", "creationTimestamp": "t", "generation": 1,
        ]
        var managers = ManagedFields()
        managers.recordUpdate(from: self.empty, to: object, kind: "ConfigMap", by: self.writer("one"))
        #expect(managers.entries.isEmpty)
        #expect(managers.json == nil)
    }

    @Test("a status is another entry than the object, even of the same manager")
    func subresources() {
        let object: JSONValue = ["spec": ["nodeName": "n"]]
        var next = object
        next["status", "phase"] = "Running"
        var managers = ManagedFields()
        managers.recordUpdate(from: self.empty, to: object, kind: "Pod", by: self.writer("kubelet"))
        managers.recordUpdate(from: object, to: next, kind: "Pod", by: self.writer("kubelet", subresource: "status"))
        #expect(managers.entries.map(\.identity.subresource) == ["", "status"])
        #expect(ManagedFields(of: ["metadata": ["managedFields": managers.json ?? .null]]) == managers)
    }

    @Test("conditions are known by their type, addresses of hosts as a whole")
    func elements() {
        let condition: JSONValue = ["type": "Ready", "status": "True"]
        let old: JSONValue = ["status": ["conditions": [condition]]]
        var new = old
        new["status", "conditions"] = [["type": "Ready", "status": "False"]]
        new["status", "hostIPs"] = [["ip": "127.0.0.1"]]
        var managers = ManagedFields()
        managers.recordUpdate(from: old, to: new, kind: "Pod", by: self.writer("kubelet"))
        #expect(
            managers.entries.first?.fields.paths == [#".status.conditions[type="Ready"].status"#, ".status.hostIPs"]
        )
    }

    @Test("a list with nothing in it clears; a list that cannot be read is not taken")
    func requests() {
        var managers = ManagedFields()
        managers.recordUpdate(from: self.empty, to: ["data": ["a": "1"]], kind: "ConfigMap", by: self.writer("one"))
        let stored: JSONValue = ["metadata": ["managedFields": managers.json ?? .null]]
        #expect(ManagedFields(requested: [.emptyObject], stored: stored).entries.isEmpty)
        #expect(ManagedFields(requested: .array([]), stored: stored).entries.isEmpty)
        #expect(ManagedFields(requested: nil, stored: stored) == managers)
        let nonsense: JSONValue = [["manager": "x", "operation": "Update", "fieldsType": "FieldsV2"]]
        #expect(ManagedFields(requested: nonsense, stored: stored) == managers)
    }

    @Test("no more than ten writers are told apart; the oldest become one")
    func cap() {
        var managers = ManagedFields()
        var object = self.empty
        for index in 0..<15 {
            var next = object
            next["data", "k\(index)"] = "v"
            managers.recordUpdate(
                from: object,
                to: next,
                kind: "ConfigMap",
                by: self.writer("w\(index)", second: index)
            )
            object = next
        }
        #expect(managers.entries.count == ManagedFields.Limits.updateEntriesMax)
        #expect(managers.entries.first?.identity.manager == "ancient-changes")
        let all = managers.entries.reduce(FieldSet()) { $0.union($1.fields) }
        #expect(all.paths.count == 16)
    }
}
