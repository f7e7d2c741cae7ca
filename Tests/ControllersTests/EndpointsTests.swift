// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

@Suite struct EndpointsTests {
    private let key = ObjectName(namespace: "ns", name: "web")

    private func plan(_ service: JSONValue?, _ pods: [JSONValue], existing: JSONValue? = nil) -> ControllerPlan {
        var objects = pods.map { (GroupVersionResource.pods, $0) }
        if let service { objects.append((.services, service)) }
        if let existing { objects.append((.endpoints, existing)) }
        return EndpointsReconciler().plan(for: self.key, in: Objects.cache(objects), now: Objects.now)
    }

    private func service(_ extra: JSONValue = .emptyObject) -> JSONValue {
        var spec: JSONValue = [
            "clusterIP": "None", "selector": ["app": "web"],
            "ports": [["name": "http", "port": 80, "targetPort": 8080]],
        ]
        for (key, value) in extra.object ?? [:] { spec[key] = value }
        return Objects.object("web", spec: spec, labels: ["app": "web"])
    }

    @Test("ready and unready addresses, by address; hostnames where the subdomain is the service")
    func subsets() {
        let body = self.plan(
            self.service(),
            [
                Objects.pod("web-0", ip: "10.0.0.9", node: "n0", spec: ["hostname": "web-0", "subdomain": "web"]),
                Objects.pod("web-1", ready: false, ip: "10.0.0.8"), Objects.pod("web-2", ip: "10.0.0.10"),
                Objects.pod("web-3"), Objects.pod("other", labels: ["app": "x"], ip: "10.0.0.1"),
                Objects.pod("done", phase: "Succeeded", ip: "10.0.0.2"),
            ]
        ).actions.first?.body
        let subset = body?["subsets"]?.array?.first
        #expect(subset?["addresses"]?.array?.map { $0["ip"]?.string } == ["10.0.0.10", "10.0.0.9"])
        #expect(subset?["addresses"]?.array?.last?["hostname"] == "web-0")
        #expect(subset?["notReadyAddresses"]?.array?.map { $0["ip"]?.string } == ["10.0.0.8"])
        #expect(subset?["ports"] == [["name": "http", "port": 8080, "protocol": "TCP"]])
        #expect(body?["metadata", "labels", "service.kubernetes.io/headless"] == "")
        #expect(body?["metadata", "labels", "endpoints.kubernetes.io/managed-by"] == "endpoint-controller")
    }

    @Test("terminating pods are left out, and published with the unready ones where the service says so")
    func publishing() {
        let going = Objects.pod(
            "web-0",
            ready: false,
            ip: "10.0.0.1",
            metadata: ["deletionTimestamp": "2026-01-01T00:00:00Z"]
        )
        #expect(self.plan(self.service(), [going]).actions.first?.body?["subsets"] == nil)
        let published = self.plan(self.service(["publishNotReadyAddresses": true]), [going])
        #expect(published.actions.first?.body?["subsets"]?.array?.first?["addresses"]?.array?.count == 1)
    }

    @Test("a named target port is the pod's own; pods that lack it are left out")
    func namedPorts() {
        let named: JSONValue = ["ports": [["name": "http", "port": 80, "targetPort": "web"]]]
        let container: JSONValue = ["containers": [["ports": [["name": "web", "containerPort": 9999]]]]]
        let plan = self.plan(
            self.service(named),
            [Objects.pod("a", ip: "10.0.0.1", spec: container), Objects.pod("b", ip: "10.0.0.2")]
        )
        let subset = plan.actions.first?.body?["subsets"]?.array?.first
        #expect(subset?["addresses"]?.array?.map { $0["ip"]?.string } == ["10.0.0.1"])
        #expect(subset?["ports"]?.array?.first?["port"] == 9999)
    }

    @Test("nothing is written when nothing changed; endpoints go with their service, handmade ones stay")
    func settling() {
        let pods = [Objects.pod("web-0", ip: "10.0.0.1")]
        let written = self.plan(self.service(), pods).actions.first?.body
        #expect(self.plan(self.service(), pods, existing: written).isEmpty)
        #expect(self.plan(nil, pods, existing: written).summary == ["delete endpoints/web"])
        #expect(self.plan(nil, pods, existing: Objects.object("web")).isEmpty)
        #expect(self.plan(self.service(["selector": .emptyObject]), pods).isEmpty)
    }
}
