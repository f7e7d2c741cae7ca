// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import KubernetesAPI
import KubernetesClient
import Testing

/// What a cluster has of itself, and what that makes of pods.
@Suite struct ClusterObjectsTests {
    private static func pod(_ name: String, _ spec: JSONValue = .emptyObject) -> JSONValue {
        var pod: JSONValue = ["metadata": ["name": .string(name)], "spec": spec]
        pod["spec", "containers"] = [["name": "c", "image": "i"]]
        return pod
    }

    private static func create(_ server: APIServer, _ resource: GroupVersionResource, _ body: JSONValue) -> APIResponse
    {
        server.answer(APIRequest(.create, resource, namespace: "default", body: body))
    }

    @Test("service/kubernetes leads to where the API is served, and is the first to get an address")
    func service() throws {
        let server = APIServer()
        server.publish(address: "127.0.0.1", port: 6443)
        server.publish(address: "127.0.0.1", port: 6443)  // a second time changes nothing
        func get(_ resource: GroupVersionResource) -> JSONValue {
            server.answer(APIRequest(.get, resource, namespace: "default", name: "kubernetes")).body
        }
        #expect(get(.services)["spec", "clusterIP"] == "127.64.240.1")
        #expect(get(.endpoints)["subsets"]?.array?.first?["addresses"]?.array?.first?["ip"] == "127.0.0.1")
        #expect(get(.endpointSlices)["endpoints"]?.array?.first?["addresses"] == ["127.0.0.1"])
    }

    @Test("a pod's priority is its class's; a class that nobody made is refused")
    func priority() {
        let server = APIServer()
        let critical = Self.create(server, .pods, Self.pod("a", ["priorityClassName": "system-node-critical"]))
        #expect(critical.body["spec", "priority"] == 2_000_001_000)
        let unknown = Self.create(server, .pods, Self.pod("b", ["priorityClassName": "nope"]))
        #expect(unknown.status == 403)
        #expect(
            unknown.body["message"] == "pods \"b\" is forbidden: no PriorityClass with name nope was found"
        )
    }

    @Test("tokens are mounted where they are wanted")
    func tokens() {
        var configuration = APIServer.Configuration()
        configuration.mountsServiceAccountTokens = true
        let server = APIServer(configuration: configuration)
        let plain = Self.create(server, .pods, Self.pod("a")).body
        let mount = plain["spec", "containers"]?.array?.first?["volumeMounts"]?.array?.first
        #expect(mount?["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount")
        #expect(plain["spec", "volumes"]?.array?.first?["name"] == mount?["name"])
        let without = Self.create(server, .pods, Self.pod("b", ["automountServiceAccountToken": false])).body
        #expect(without["spec", "volumes"] == nil)
        let stranger = Self.create(server, .pods, Self.pod("c", ["serviceAccountName": "x"]))
        #expect(stranger.status == 403)
    }

    @Test("kinds beside StatefulSets: defaults, refusals, the older form of a DaemonSet, events under their other name")
    func kinds() {
        let server = APIServer()
        let template: JSONValue = [
            "metadata": ["labels": ["a": "b"]], "spec": ["containers": [["name": "c", "image": "i"]]],
        ]
        let old = GroupVersionResource(group: "extensions", version: "v1beta1", resource: "daemonsets")
        let set = Self.create(server, old, ["metadata": ["name": "d"], "spec": ["template": template]])
        #expect(set.status == 201)
        #expect(set.body["apiVersion"] == "extensions/v1beta1")
        let stored = server.answer(APIRequest(.get, .daemonSets, namespace: "default", name: "d")).body
        #expect(stored["spec", "updateStrategy", "type"] == "OnDelete")
        #expect(stored["spec", "selector"] == ["matchLabels": ["a": "b"]])
        let both: JSONValue = ["rollingUpdate": ["maxUnavailable": 1, "maxSurge": 1]]
        let selector: JSONValue = ["matchLabels": ["a": "b"]]
        let wrong = Self.create(
            server,
            .daemonSets,
            ["metadata": ["name": "e"], "spec": ["selector": selector, "template": template, "updateStrategy": both]]
        )
        #expect(wrong.status == 422)
        let deployment = Self.create(
            server,
            .deployments,
            ["metadata": ["name": "x"], "spec": ["selector": selector, "template": template]]
        )
        #expect(deployment.body["spec", "strategy", "rollingUpdate", "maxSurge"] == "25%")
        let secret = Self.create(server, .secrets, ["metadata": ["name": "s"], "stringData": ["k": "v"]])
        #expect(secret.body["data"] == ["k": "dg=="])
        #expect(secret.body["stringData"] == nil)
        let involved: JSONValue = ["kind": "Pod", "name": "p", "namespace": "default"]
        let event: JSONValue = ["metadata": ["name": "e"], "involvedObject": involved, "message": "m", "reason": "R"]
        #expect(Self.create(server, .events, event).status == 201)
        let renamed = GroupVersionResource(group: "events.k8s.io", version: "v1", resource: "events")
        let seen = server.answer(APIRequest(.get, renamed, namespace: "default", name: "e")).body
        #expect(seen["note"] == "m")
        #expect(seen["regarding", "name"] == "p")
        let asked = GroupVersionResource(
            group: "authorization.k8s.io",
            version: "v1",
            resource: "selfsubjectaccessreviews"
        )
        let review = server.answer(APIRequest(.create, asked, body: ["spec": .emptyObject]))
        #expect(review.body["status", "allowed"] == true)
    }
}
