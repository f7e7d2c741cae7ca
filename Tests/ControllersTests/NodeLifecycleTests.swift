// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct NodeLifecycleTests {
    private let node = ObjectName(namespace: "", name: "n0")

    private func world() throws -> PlanWorld {
        var world = PlanWorld([(NodeLifecycleReconciler(), .nodes)])
        try world.create(.nodes, Objects.node("n0"))
        self.beat(&world)
        return world
    }

    private func beat(_ world: inout PlanWorld) {
        let now = JSONValue.string(world.api.now.rfc3339)
        world.api.write(.nodes, self.node) {
            $0["status", "conditions"] = [
                ["type": "Ready", "status": "True", "lastHeartbeatTime": now, "lastTransitionTime": now]
            ]
        }
    }

    private func addPod(_ name: String, seconds: Int64?, to world: inout PlanWorld) throws {
        var tolerations: [JSONValue] = []
        for key in ["not-ready", "unreachable"] {
            var toleration: JSONValue = [
                "key": .string("node.kubernetes.io/\(key)"), "operator": "Exists", "effect": "NoExecute",
            ]
            toleration["tolerationSeconds"] = seconds.map(JSONValue.integer)
            tolerations.append(toleration)
        }
        try world.create(
            .pods,
            Objects.pod(name, node: "n0", spec: ["tolerations": .array(tolerations)])
        )
        world.set(try #require(world.pods.first { $0.name == name }), phase: "Running", ready: true)
    }

    private func taints(_ world: PlanWorld) -> [String] {
        (world.api.object(.nodes, self.node)?["spec", "taints"]?.array ?? []).map {
            "\(($0["key"]?.string ?? "").replacing("node.kubernetes.io/", with: "")):\($0["effect"]?.string ?? "")"
        }
    }

    @Test("a silent node is Unknown after the grace period; its pods are not Ready and go after their toleration")
    func silence() throws {
        var world = try self.world()
        try self.addPod("a", seconds: 300, to: &world)
        try self.addPod("daemon", seconds: nil, to: &world)
        world.pass(50)
        world.settle()
        #expect(self.taints(world) == [])
        world.pass(1)
        world.settle()
        let node = world.api.object(.nodes, self.node)
        #expect(node?.condition("Ready")?["reason"] == "NodeStatusUnknown")
        #expect(node?.condition("DiskPressure")?["status"] == "Unknown")
        #expect(self.taints(world) == ["unreachable:NoSchedule", "unreachable:NoExecute"])
        #expect(world.pods.allSatisfy { !PodState($0).isReady && !$0.isTerminating })
        world.pass(299)
        world.settle()
        #expect(world.pods.allSatisfy { !$0.isTerminating })
        world.pass(1)
        world.settle()
        #expect(world.pods.map(\.isTerminating) == [true, false])
        #expect(world.events.contains("TaintManagerEviction: Marking for deletion Pod ns/a"))
        #expect(world.pods.first?.condition("DisruptionTarget")?["reason"] == "DeletionByTaintManager")
    }

    @Test("a node that comes back in time keeps its pods; a lease is a sign of life")
    func recovery() throws {
        var world = try self.world()
        try self.addPod("a", seconds: 300, to: &world)
        world.pass(60)
        world.settle()
        #expect(!self.taints(world).isEmpty)
        self.beat(&world)
        world.settle()
        #expect(self.taints(world) == [])
        world.pass(400)
        try world.create(
            .leases,
            [
                "metadata": ["name": "n0", "namespace": "kube-node-lease"],
                "spec": ["renewTime": .string(world.api.now.rfc3339Micro)],
            ]
        )
        world.settle()
        #expect(self.taints(world) == [])
        #expect(world.pods.allSatisfy { !$0.isTerminating })
    }

    @Test("a cordon is a taint as well; foreign taints stay")
    func cordon() throws {
        var world = try self.world()
        world.api.write(.nodes, self.node) {
            $0["spec", "unschedulable"] = true
            $0["spec", "taints"] = [["key": "mine", "effect": "NoSchedule"]]
        }
        world.settle()
        #expect(self.taints(world) == ["mine:NoSchedule", "unschedulable:NoSchedule"])
        world.api.write(.nodes, self.node) { $0["spec", "unschedulable"] = nil }
        world.settle()
        #expect(self.taints(world) == ["mine:NoSchedule"])
    }

    @Test("pods of a node whose object is gone go after a quarantine, a terminating one too")
    func nodeGone() throws {
        var world = try self.world()
        try self.addPod("a", seconds: nil, to: &world)
        try self.addPod("b", seconds: nil, to: &world)
        try world.api.delete(.pods, ObjectName(namespace: "ns", name: "b"))
        try world.api.delete(.nodes, self.node)
        world.settle()
        #expect(world.pods.count == 2)
        world.pass(39)
        world.settle()
        #expect(world.pods.count == 2)
        world.pass(1)
        world.settle()
        #expect(world.pods.isEmpty)
    }
}
