// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI

/// One run of ``StatefulSetSimulation``: the set, what people and faults do to it, and what must hold.
final class StatefulSetScenario: ControllerScenario {
    static let namespace = "sim"
    static let key = ObjectName(namespace: "sim", name: "web")
    private static let budget = ObjectName(namespace: "sim", name: "budget")

    let defect: StatefulSetSimulation.Defect?
    private let seed: SeededGenerator
    private var random: SeededGenerator
    private let isOrdered: Bool
    private let hasBudget: Bool
    private let editsScale: Bool
    private let isTypeOnly: Bool
    private var image = 1
    private var isHealed = false
    private var invariants: StatefulSetInvariants

    init(seed: UInt64, defect: StatefulSetSimulation.Defect?) {
        self.defect = defect
        self.seed = SeededGenerator(seed: seed)
        self.random = self.seed.split("scenario")
        self.isOrdered = self.random.chance(0.6)
        self.hasBudget = self.random.chance(0.8)
        self.editsScale = self.random.chance(0.4)
        self.isTypeOnly = self.random.chance(0.2)
        self.invariants = StatefulSetInvariants(
            isOrdered: self.isOrdered,
            maxUnavailable: self.hasBudget && !self.editsScale ? 1 : nil
        )
    }

    // MARK: - The world

    func makeWorld(log: ((String) -> Void)?) -> ControllerWorld {
        var statefulSet: any Reconciler = StatefulSetReconciler()
        if let defect = self.defect { statefulSet = DefectiveStatefulSet(defect: defect) }
        var world = ControllerWorld([statefulSet, DisruptionReconciler()], seed: self.seed.split("world"), log: log)
        world.forgetsOwnWrites = self.defect == .forgetsOwnWrites
        world.weather = ControllerWorld.Weather(drawnFrom: &self.random)
        world.hosts = ["n1", "n2", "n3"]
        world.inspect = { world, action, seen in self.invariants.violation(of: action, seen: seen, in: world.api) }
        world.review = { world, action, answer in self.invariants.violation(after: action, answer, in: &world) }
        world.onCommit = { world, change in self.invariants.observe(change, in: world.api) }
        world.onScenario = { world, _ in self.act(&world) }
        self.populate(&world)
        world.schedule(.scenario(0), after: 500)
        return world
    }

    private func populate(_ world: inout ControllerWorld) {
        let replicas = Int64.random(in: 2...4, using: &self.random)
        var strategy: JSONValue = ["type": "RollingUpdate"]
        if !self.isTypeOnly { strategy["rollingUpdate"] = ["partition": 0] }
        let spec: JSONValue = [
            "replicas": .integer(replicas), "serviceName": "web",
            "podManagementPolicy": self.isOrdered ? "OrderedReady" : "Parallel",
            "selector": ["matchLabels": ["app": "web"]], "updateStrategy": strategy, "revisionHistoryLimit": 3,
            "minReadySeconds": .integer(self.random.chance(0.2) ? 2 : 0),
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": ["containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        world.make(.statefulSets, kind: "StatefulSet", apiVersion: "apps/v1", Self.key, spec)
        guard self.hasBudget else { return }
        let budget: JSONValue = ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]]
        world.make(.podDisruptionBudgets, kind: "PodDisruptionBudget", apiVersion: "policy/v1", Self.budget, budget)
    }

    // MARK: - People and faults

    private func act(_ world: inout ControllerWorld) {
        guard !self.isHealed else { return }
        world.schedule(.scenario(0), after: Int.random(in: 100...1500, using: &self.random))
        let pods = world.api.objects.keys(.pods)
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<22: self.editTemplate(&world)
        case 22..<30: self.editPartition(&world)
        case 30..<38 where self.editsScale:
            world.reached("scalings")
            self.edit(&world) { $0["spec", "replicas"] = .integer(Int64.random(in: 0...5, using: &self.random)) }
        case 38..<60:
            if let key = pods.randomElement(using: &self.random) { self.evict(key, &world) }
        case 60..<66: world.disturb(pods.randomElement(using: &self.random), .unready, "unreadyPods")
        case 66..<72: world.disturb(pods.randomElement(using: &self.random), .fail, "failedPods")
        case 72..<78: world.failHost(using: &self.random)
        case 78..<84:
            if let key = pods.randomElement(using: &self.random) {
                world.reached("killedPods")
                world.tryTo { api throws(StatusError) in try api.delete(.pods, key, isForced: true) }
            }
        case 84..<91: world.crash(Int.random(in: 0...1, using: &self.random))
        case 91..<97: world.crashesAtNextRequest = Int.random(in: 0...1, using: &self.random)
        case _: break
        }
    }

    private func edit(_ world: inout ControllerWorld, _ change: (inout JSONValue) -> Void) {
        if self.isRolling(world) { world.reached("editsInMidRollout") }
        world.api.write(.statefulSets, Self.key, change)
    }

    private func isRolling(_ world: ControllerWorld) -> Bool {
        let status = world.api.object(.statefulSets, Self.key)?["status"]
        return status?["currentRevision"] != status?["updateRevision"]
    }

    private func editTemplate(_ world: inout ControllerWorld) {
        world.reached("templateEdits")
        let image = ControllerWorld.drawImage(&self.image, using: &self.random)
        self.edit(&world) { $0["spec", "template", "spec", "containers"] = [["name": "app", "image": .string(image)]] }
    }

    private func editPartition(_ world: inout ControllerWorld) {
        guard !self.isTypeOnly else { return }
        world.reached("partitionEdits")
        let partition = Int64.random(in: 0...3, using: &self.random)
        self.edit(&world) { $0["spec", "updateStrategy", "rollingUpdate"] = ["partition": .integer(partition)] }
    }

    private func evict(_ key: ObjectName, _ world: inout ControllerWorld) {
        let before = world.api.object(.pods, key)
        do throws(StatusError) {
            try world.api.evict(key)
            world.reached("evictions")
            if let before, let wrong = self.invariants.evicted(before, in: world.api) { world.fail(.safety, wrong) }
        } catch {
            world.reached("evictionsRefused")
        }
    }

    // MARK: - Healing

    /// Faults end, the template is a good one, nothing is held back by the spec, and people delete what an ordered set
    /// cannot leave behind by itself (kubernetes/kubernetes#67250).
    func heal(_ world: inout ControllerWorld) {
        self.isHealed = true
        world.healFaults()
        let isTypeOnly = self.isTypeOnly
        world.api.write(.statefulSets, Self.key) { set in
            let containers = set["spec", "template", "spec"]?["containers"]
            if containers?.array?.first?["image"]?.string == ControllerWorld.badImage {
                set["spec", "template", "spec", "containers"] = [["name": "app", "image": "app:healed"]]
            }
            if !isTypeOnly { set["spec", "updateStrategy", "rollingUpdate"] = ["partition": 0] }
        }
        self.deleteBroken(&world)
        // A controller that is about to make a broken pod from what it saw before is met a little later.
        world.onScenario = { world, round in
            self.deleteBroken(&world)
            if round < 3 { world.schedule(.scenario(round + 1), after: 5000) }
        }
        world.schedule(.scenario(0), after: 5000)
    }

    /// Deletes broken pods as `kubectl delete pod` does, with their grace.
    ///
    /// One that vanishes at once (`--force`) is not seen going. Where `rollingUpdate` is left out, the set's status then
    /// counts it as current still and it comes back at the current revision, broken, time and again; so it is upstream.
    private func deleteBroken(_ world: inout ControllerWorld) {
        for pod in world.api.objects.objects(.pods) where ControllerWorld.isBad(pod) && !pod.isTerminating {
            world.reached("brokenPodsDeletedByHand")
            world.tryTo { api throws(StatusError) in try api.delete(.pods, ObservedObjects.key(of: pod)) }
        }
    }

    /// The set is what its spec says, and its status and its budget's say so too.
    func checkConvergence(_ world: inout ControllerWorld) {
        guard let set = world.api.object(.statefulSets, Self.key) else { return }
        let replicas = Int(set["spec", "replicas"]?.integer ?? 0)
        let image = set["spec", "template", "spec"]?["containers"]?.array?.first?["image"]?.string ?? ""
        let pods = world.api.objects.objects(.pods).map(PodState.init)
        let picture = pods.map { pod in
            let own = pod.object["spec", "containers"]?.array?.first?["image"]?.string ?? ""
            return
                "\(pod.name) \(own) \(pod.isTerminating ? "terminating" : pod.isRunningAndReady ? "ready" : pod.phase)"
        }.joined(separator: ", ")
        let wanted = (0..<replicas).map { "web-\($0) \(image) ready" }.joined(separator: ", ")
        if picture != wanted {
            world.fail(.liveness, "the pods are [\(picture)], wanted are [\(wanted)]")
            return
        }
        let status = set["status"]
        for field in ["readyReplicas", "updatedReplicas", "replicas", "currentReplicas", "availableReplicas"]
        where Int(status?[field]?.integer ?? 0) != replicas {
            world.fail(.liveness, "status.\(field) is \(status?[field]?.integer ?? 0), there are \(replicas) pods")
        }
        if status?["currentRevision"] != status?["updateRevision"] {
            world.fail(.liveness, "the rollout is over, but currentRevision is not the updateRevision")
        }
        if status?["observedGeneration"] != set["metadata", "generation"] {
            world.fail(.liveness, "the last edit was never observed")
        }
        if self.hasBudget, replicas > 0 {
            let budget = world.api.object(.podDisruptionBudgets, Self.budget)
            let allowed = budget?["status", "disruptionsAllowed"]?.integer
            if allowed != 1 {
                world.fail(.liveness, "all pods are Ready, but the budget allows \(allowed ?? -1), not 1")
            }
        }
    }
}
