// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

@Suite struct SchedulerTests {
    private let key = ObjectName(namespace: "", name: "pods")

    private func pending(_ name: String, _ spec: JSONValue = .emptyObject, metadata: JSONValue = .emptyObject)
        -> JSONValue
    {
        Objects.pod(name, ready: false, phase: "Pending", spec: spec, metadata: metadata)
    }

    private func plan(_ pods: [JSONValue], nodes: [JSONValue], claims: [JSONValue] = []) -> ControllerPlan {
        let objects =
            pods.map { (GroupVersionResource.pods, $0) } + nodes.map { (.nodes, $0) }
            + claims.map { (.persistentVolumeClaims, $0) }
        return SchedulerReconciler().plan(for: self.key, in: Objects.cache(objects), now: Objects.now)
    }

    private func bindings(_ plan: ControllerPlan) -> [String] {
        plan.actions.compactMap { action in
            action.operation == .createSubresource("binding")
                ? "\(action.key.name) \(action.body?["target", "name"]?.string ?? "")" : nil
        }
    }

    private func message(_ plan: ControllerPlan) -> String? { plan.notices.first?.message }

    private func requests(cpu: String) -> JSONValue {
        ["containers": [["name": "app", "resources": ["requests": ["cpu": .string(cpu)]]]]]
    }

    @Test("pods of one owner are spread over nodes and zones; the same cluster gives the same choice")
    func spreading() {
        let owner = Objects.owner("StatefulSet", "web")
        let nodes = [
            Objects.node("n0"), Objects.node("n1"), Objects.node("n2", zone: "zone-b"),
            Objects.node("n3", zone: "zone-c"),
        ]
        let plan = self.plan((0..<4).map { self.pending("web-\($0)", metadata: owner) }, nodes: nodes)
        #expect(self.bindings(plan) == ["web-0 n0", "web-1 n2", "web-2 n3", "web-3 n1"])
        #expect(plan.actions.first?.successEvent?.message == "Successfully assigned ns/web-0 to n0")
    }

    @Test("capacity: what does not fit waits, with upstream's words")
    func capacity() {
        let plan = self.plan(
            [self.pending("a", self.requests(cpu: "3")), self.pending("b", self.requests(cpu: "2"))],
            nodes: [Objects.node("n0")]
        )
        #expect(self.bindings(plan) == ["a n0"])
        #expect(
            self.message(plan)
                == "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: "
                + "0/1 nodes are available: 1 No preemption victims found for incoming pod."
        )
        #expect(plan.waiting?.code == .unschedulable)
        #expect(plan.summary.contains("write status of pods/b"))
    }

    @Test("cordoned and tainted nodes, node selectors: each node counts for the first filter that refuses it")
    func filters() {
        let nodes = [
            Objects.node("n0", spec: ["unschedulable": true]),
            Objects.node("n1", spec: ["taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]),
            Objects.node("n2"),
        ]
        let pod = self.pending("a", ["nodeSelector": ["disk": "ssd"]])
        #expect(
            self.message(self.plan([pod], nodes: nodes))
                == "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
                + "1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. no new claims to deallocate, "
                + "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
        )
        let tolerant = self.pending("b", ["tolerations": [["key": "k", "operator": "Exists"]]])
        #expect(self.bindings(self.plan([tolerant], nodes: Array(nodes.prefix(2)))) == ["b n1"])
    }

    @Test("required anti-affinity: one pod a host, and existing pods keep others away")
    func antiAffinity() {
        let term: JSONValue = [
            "labelSelector": ["matchLabels": ["app": "web"]], "topologyKey": "kubernetes.io/hostname",
        ]
        let affinity: JSONValue = [
            "affinity": ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
        ]
        let plan = self.plan(
            (0..<3).map { self.pending("web-\($0)", affinity) },
            nodes: [Objects.node("n0"), Objects.node("n1")]
        )
        #expect(self.bindings(plan) == ["web-0 n0", "web-1 n1"])
        #expect(self.message(plan)?.contains("2 node(s) didn't match pod anti-affinity rules") == true)

        let there = Objects.pod("other", node: "n0", spec: affinity)
        let refused = self.plan([there, self.pending("late")], nodes: [Objects.node("n0")])
        #expect(self.message(refused)?.contains("1 node(s) didn't satisfy existing pods anti-affinity rules") == true)
    }

    @Test("required affinity: together with the pods that match; the first of a group may start anywhere")
    func affinity() {
        let term: JSONValue = [
            "labelSelector": ["matchLabels": ["app": "web"]], "topologyKey": "topology.kubernetes.io/zone",
        ]
        let affinity: JSONValue = [
            "affinity": ["podAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]]
        ]
        let nodes = [Objects.node("n0"), Objects.node("n1", zone: "zone-b")]
        let there = Objects.pod("web-0", node: "n1")
        #expect(self.bindings(self.plan([there, self.pending("a", affinity)], nodes: nodes)) == ["a n1"])
        #expect(self.bindings(self.plan([self.pending("a", affinity)], nodes: nodes)).count == 1)
    }

    @Test("a claim that is absent or unbound keeps its pod waiting")
    func claims() {
        let pod = self.pending("a", ["volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "data"]]]])
        #expect(
            self.message(self.plan([pod], nodes: [Objects.node("n0")]))
                == "0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found"
        )
        let unbound = Objects.object("data")
        #expect(
            self.message(self.plan([pod], nodes: [Objects.node("n0")], claims: [unbound]))
                == "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
        )
        let bound = Objects.object("data", metadata: ["annotations": ["pv.kubernetes.io/bind-completed": "yes"]])
        #expect(self.bindings(self.plan([pod], nodes: [Objects.node("n0")], claims: [bound])) == ["a n0"])
    }
}
