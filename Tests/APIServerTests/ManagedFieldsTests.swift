// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Testing

@Suite("managers of fields, through the server")
struct ServerManagedFieldsTests {
    private let server = APIServer()

    private func map(
        _ verb: APIRequest.Verb,
        _ body: JSONValue? = nil,
        patch: APIRequest.PatchType? = nil,
        _ parameters: [String: String] = [:]
    ) -> APIRequest {
        APIRequest(
            verb,
            .configMaps,
            namespace: "default",
            name: verb == .create ? nil : "m",
            parameters: parameters,
            body: body,
            patchType: patch
        )
    }

    private func managers(_ object: JSONValue) -> [String] {
        (object["metadata", "managedFields"]?.array ?? []).map { entry in
            let words = ["manager", "operation", "subresource"].compactMap { entry[$0]?.string }
            return words.joined(separator: " ")
        }
    }

    private let created: JSONValue = ["metadata": ["name": "m"], "data": ["a": "1"]]
    private let applied: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m"]]

    @Test("a manager is the parameter, else the User-Agent's first word, else unknown")
    func names() {
        let first = self.server.answer(self.map(.create, self.created), userAgent: "kubectl/v1.36 (linux)")
        #expect(self.managers(first.body) == ["kubectl Update"])
        let second = self.server.answer(self.map(.patch, ["data": ["b": "2"]], patch: .merge))
        #expect(self.managers(second.body) == ["kubectl Update", "unknown Update"])
        let parameters = ["fieldManager": "me"]
        let third = self.server.answer(self.map(.patch, ["data": ["c": "3"]], patch: .merge, parameters))
        #expect(self.managers(third.body) == ["kubectl Update", "me Update", "unknown Update"])
    }

    @Test("what the server adds belongs to nobody; a new status is its own entry")
    func status() {
        let pod: JSONValue = [
            "metadata": ["name": "p"], "spec": ["containers": [["name": "c", "image": "i"]]],
            "status": ["phase": "Running"],
        ]
        let made = self.server.answer(APIRequest(.create, .pods, namespace: "default", body: pod), userAgent: "maker")
        let fields = made.body["metadata", "managedFields"]?.array?.first?["fieldsV1"]
        #expect(fields?["f:status"] == nil)
        #expect(fields?["f:spec", "f:tolerations"] == nil)
        #expect(fields?["f:spec", "f:restartPolicy"] == .emptyObject)
        var request = APIRequest(.patch, .pods, namespace: "default", name: "p", subresource: "status")
        request.patchType = .merge
        request.body = ["status": ["phase": "Running"]]
        let running = self.server.answer(request, userAgent: "kubelet/1")
        #expect(self.managers(running.body) == ["kubelet Update status", "maker Update"])
    }

    @Test("a write that changes nothing changes nothing, whatever the clock says")
    func idle() {
        let made = self.server.answer(self.map(.create, self.created), userAgent: "one").body
        let again = self.server.answer(self.map(.update, made), userAgent: "two").body
        #expect(again == made)
        var without = made
        without["metadata", "managedFields"] = nil
        #expect(self.server.answer(self.map(.update, without), userAgent: "two").body == made)
    }

    @Test("a list with one empty entry clears them, and then nobody is noted until somebody applies")
    func clearing() {
        _ = self.server.answer(self.map(.create, self.created), userAgent: "one")
        let clear: JSONValue = [["op": "replace", "path": "/metadata/managedFields", "value": [.emptyObject]]]
        let cleared = self.server.answer(self.map(.patch, clear, patch: .json))
        #expect(cleared.status == 200)
        #expect(cleared.body["metadata", "managedFields"] == nil)
        let changed = self.server.answer(self.map(.patch, ["data": ["a": "2"]], patch: .merge))
        #expect(changed.body["metadata", "managedFields"] == nil)
        var configuration = self.applied
        configuration["data"] = ["b": "1"]
        let applied = self.server.answer(self.map(.patch, configuration, patch: .apply, ["fieldManager": "two"]))
        #expect(self.managers(applied.body) == ["two Apply", "before-first-apply Update"])
    }

    @Test("an apply creates; a dry run of it stores nothing; again, it changes nothing")
    func applying() {
        var configuration = self.applied
        configuration["data"] = ["a": "1"]
        let parameters = ["fieldManager": "me"]
        let dry = parameters.merging(["dryRun": "All"]) { first, _ in first }
        #expect(self.server.answer(self.map(.patch, configuration, patch: .apply, dry)).status == 201)
        #expect(self.server.answer(self.map(.get)).status == 404)
        let made = self.server.answer(self.map(.patch, configuration, patch: .apply, parameters))
        #expect(made.status == 201)
        #expect(self.managers(made.body) == ["me Apply"])
        let again = self.server.answer(self.map(.patch, configuration, patch: .apply, parameters))
        #expect(again.status == 200)
        #expect(again.body == made.body)
        configuration["metadata", "resourceVersion"] = "1"
        configuration["data", "a"] = "2"
        #expect(self.server.answer(self.map(.patch, configuration, patch: .apply, parameters)).status == 409)
    }

    @Test("scaling notes who scaled, under the subresource")
    func scale() {
        let template: JSONValue = [
            "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]],
        ]
        let set: JSONValue = [
            "metadata": ["name": "s"],
            "spec": ["serviceName": "s", "selector": ["matchLabels": ["a": "b"]], "template": template],
        ]
        _ = self.server.answer(APIRequest(.create, .statefulSets, namespace: "default", body: set), userAgent: "one")
        var request = APIRequest(.patch, .statefulSets, namespace: "default", name: "s", subresource: "scale")
        request.patchType = .merge
        request.body = ["spec": ["replicas": 3]]
        #expect(self.server.answer(request, userAgent: "scaler").status == 200)
        let scaled = self.server.answer(APIRequest(.get, .statefulSets, namespace: "default", name: "s")).body
        #expect(self.managers(scaled) == ["one Update", "scaler Update scale"])
        let entries = ManagedFields(of: scaled).entries
        #expect(entries.last?.fields.json == ["f:spec": ["f:replicas": .emptyObject]])
        #expect(entries.first?.fields.json["f:spec", "f:replicas"] == nil)
    }

    @Test("old versions of the API say what to use instead, refusals included")
    func deprecation() {
        let old = GroupVersionResource(group: "policy", version: "v1beta1", resource: "poddisruptionbudgets")
        let text =
            "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 "
            + "PodDisruptionBudget"
        #expect(self.server.answer(APIRequest(.list, old, namespace: "default")).warnings == [text])
        #expect(self.server.answer(APIRequest(.get, old, namespace: "default", name: "x")).warnings == [text])
        #expect(self.server.answer(APIRequest(.list, .podDisruptionBudgets, namespace: "default")).warnings.isEmpty)
    }
}
