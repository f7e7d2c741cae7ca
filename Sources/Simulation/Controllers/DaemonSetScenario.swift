// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI

/// One run of ``DaemonSetSimulation``: nodes and a set, what people and faults do to them, and what must hold.
final class DaemonSetScenario: ControllerScenario {
    static let key = ObjectName(namespace: "sim", name: "agent")
    /// Nodes that are there at least and at most.
    private static let nodeCounts = 3...7

    let defect: DaemonSetSimulation.Defect?
    private let seed: SeededGenerator
    private var random: SeededGenerator
    private let surges: Bool
    private let choosesNodes: Bool
    private var image = 1
    private var lastNode = 0
    private var isHealed = false
    private var invariants: DaemonSetInvariants

    init(seed: UInt64, defect: DaemonSetSimulation.Defect?) {
        self.defect = defect
        self.seed = SeededGenerator(seed: seed)
        self.random = self.seed.split("scenario")
        self.surges = self.random.chance(0.4)
        self.choosesNodes = self.random.chance(0.4)
        self.invariants = DaemonSetInvariants(surges: self.surges)
    }

    // MARK: - The world

    func makeWorld(log: ((String) -> Void)?) -> ControllerWorld {
        var reconciler: any Reconciler = DaemonSetReconciler()
        if let defect = self.defect { reconciler = DefectiveDaemonSet(defect: defect) }
        var world = ControllerWorld([reconciler], seed: self.seed.split("world"), log: log)
        world.forgetsOwnWrites = self.defect == .forgetsOwnWrites
        world.weather = ControllerWorld.Weather(drawnFrom: &self.random)
        world.inspect = { world, action, seen in
            self.invariants.violation(of: action, seen: seen, at: world.planTime, in: world.api)
        }
        world.review = { world, action, answer in
            self.invariants.note(action, answer, in: &world)
            return nil
        }
        world.onCommit = { world, change in self.invariants.observe(change, in: world.api) }
        world.onScenario = { world, _ in self.act(&world) }
        for _ in 0..<Int.random(in: 3...5, using: &self.random) { self.addNode(&world) }
        var template: JSONValue = [
            "metadata": ["labels": ["app": "agent"]],
            "spec": ["containers": [["name": "app", "image": "app:1"]]],
        ]
        if self.choosesNodes { template["spec", "nodeSelector"] = ["disk": "ssd"] }
        let spec: JSONValue = [
            "selector": ["matchLabels": ["app": "agent"]], "revisionHistoryLimit": 3, "template": template,
            "minReadySeconds": .integer(self.random.chance(0.2) ? 2 : 0),
            "updateStrategy": ["type": "RollingUpdate", "rollingUpdate": self.drawLimits()],
        ]
        world.make(.daemonSets, kind: "DaemonSet", apiVersion: "apps/v1", Self.key, spec)
        world.schedule(.scenario(0), after: 500)
        return world
    }

    private func drawLimits() -> JSONValue {
        let limit = ([1, 1, 2, "30%", "50%"] as [JSONValue]).randomElement(using: &self.random) ?? 1
        return self.surges ? ["maxSurge": limit, "maxUnavailable": 0] : ["maxUnavailable": limit]
    }

    private func addNode(_ world: inout ControllerWorld) {
        self.lastNode += 1
        let key = ObjectName(namespace: "", name: "n\(self.lastNode)")
        world.make(.nodes, kind: "Node", apiVersion: "v1", key, .emptyObject)
        let disk: JSONValue = self.random.chance(0.8) ? "ssd" : "none"
        world.api.write(.nodes, key) { $0["metadata", "labels"] = ["disk": disk] }
        world.hosts.append(key.name)
    }

    // MARK: - People and faults

    private func act(_ world: inout ControllerWorld) {
        guard !self.isHealed else { return }
        world.schedule(.scenario(0), after: Int.random(in: 100...1500, using: &self.random))
        let pods = world.api.objects.keys(.pods)
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<22: self.editTemplate(&world)
        case 22..<30:
            world.reached("limitEdits")
            let limits = self.drawLimits()
            world.api.write(.daemonSets, Self.key) { $0["spec", "updateStrategy", "rollingUpdate"] = limits }
        case 30..<40: world.failHost(using: &self.random)
        case 40..<58: self.changeNodes(&world)
        case 58..<68: world.disturb(pods.randomElement(using: &self.random), .unready, "unreadyPods")
        case 68..<76: world.disturb(pods.randomElement(using: &self.random), .fail, "failedPods")
        case 76..<83:
            guard let key = pods.randomElement(using: &self.random) else { return }
            world.reached("killedPods")
            let isForced = self.random.chance(0.5)
            world.tryTo { api throws(StatusError) in try api.delete(.pods, key, isForced: isForced) }
        case 83..<90: world.crash(0)
        case 90..<97: world.crashesAtNextRequest = 0
        case _: break
        }
    }

    private func editTemplate(_ world: inout ControllerWorld) {
        world.reached("templateEdits")
        let image = ControllerWorld.drawImage(&self.image, using: &self.random)
        let set = world.api.object(.daemonSets, Self.key)
        let status = set?["status"]
        if status?["updatedNumberScheduled"] != status?["desiredNumberScheduled"] { world.reached("editsInMidRollout") }
        world.api.write(.daemonSets, Self.key) {
            $0["spec", "template", "spec", "containers"] = [["name": "app", "image": .string(image)]]
        }
    }

    private func changeNodes(_ world: inout ControllerWorld) {
        let nodes = world.api.objects.keys(.nodes)
        guard let key = nodes.randomElement(using: &self.random) else { return }
        switch Int.random(in: 0..<10, using: &self.random) {
        case 0,
            1 where nodes.count < Self.nodeCounts.upperBound:
            world.reached("nodesAdded")
            self.addNode(&world)
        case 2,
            3 where nodes.count > Self.nodeCounts.lowerBound:
            world.reached("nodesRemoved")
            world.removeHost(key.name)
        case 4...6:
            world.reached("taints")
            let effect: JSONValue = self.random.chance(0.6) ? "NoSchedule" : "NoExecute"
            world.api.write(.nodes, key) { node in
                let isTainted = node["spec", "taints"] != nil
                node["spec", "taints"] = isTainted ? nil : [["key": "maintenance", "effect": effect]]
            }
        case _:
            world.reached("labelEdits")
            world.api.write(.nodes, key) { node in
                node["metadata", "labels", "disk"] = node["metadata", "labels", "disk"] == "ssd" ? "none" : "ssd"
            }
        }
    }

    // MARK: - Healing

    /// Faults end, the template is a good one, and no node keeps the set away any more.
    func heal(_ world: inout ControllerWorld) {
        self.isHealed = true
        world.healFaults()
        for key in world.api.objects.keys(.nodes) { world.api.write(.nodes, key) { $0["spec", "taints"] = nil } }
        world.api.write(.daemonSets, Self.key) { set in
            let containers = set["spec", "template", "spec"]?["containers"]
            if containers?.array?.first?["image"]?.string == ControllerWorld.badImage {
                set["spec", "template", "spec", "containers"] = [["name": "app", "image": "app:healed"]]
            }
        }
    }

    /// Every node that should have a pod has the right one, no other has any, and the status says so.
    func checkConvergence(_ world: inout ControllerWorld) {
        guard let set = world.api.object(.daemonSets, Self.key) else { return }
        let image = set["spec", "template", "spec"]?["containers"]?.array?.first?["image"]?.string ?? ""
        let nodes = world.api.objects.objects(.nodes).filter { DaemonSetInvariants.isEligible($0, for: set) }
        let wanted = nodes.map { "\($0.name) \(image) ready" }.sorted()
        let found = world.api.objects.objects(.pods).map { object in
            let pod = PodState(object)
            let own = object["spec", "containers"]?.array?.first?["image"]?.string ?? ""
            let state = pod.isTerminating ? "terminating" : pod.isRunningAndReady ? "ready" : pod.phase
            return "\(DaemonSetInvariants.node(of: object) ?? "?") \(own) \(state)"
        }.sorted()
        if found != wanted {
            world.fail(
                .liveness,
                "there are [\(found.joined(separator: ", "))], wanted are [\(wanted.joined(separator: ", "))]"
            )
            return
        }
        for field in ["desired", "current", "updated"].map({ "\($0)NumberScheduled" }) + [
            "numberReady", "numberAvailable",
        ] {
            let count = Int(set["status"]?[field]?.integer ?? 0)
            if count != nodes.count { world.fail(.liveness, "status.\(field) is \(count), not \(nodes.count)") }
        }
        if set["status", "observedGeneration"] != set["metadata", "generation"] {
            world.fail(.liveness, "the last edit was never observed")
        }
    }
}
