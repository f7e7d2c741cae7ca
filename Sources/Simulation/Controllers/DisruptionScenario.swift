// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import JSON
import KubernetesAPI

/// One run of ``DisruptionSimulation``: pods of a set, a budget, several drains, and what must hold.
final class DisruptionScenario: ControllerScenario {
    private static let namespace = "sim"
    private static let set = ObjectName(namespace: "sim", name: "web")
    private static let budget = ObjectName(namespace: "sim", name: "budget")

    private let defect: DisruptionSimulation.Defect?
    private let seed: SeededGenerator
    private var random: SeededGenerator
    /// Whether budget and scale stay as they are, so that the number of disrupted pods has one bound for the whole run.
    private let isSteady: Bool
    private var isHealed = false
    private var disrupted: Set<String> = []

    init(seed: UInt64, defect: DisruptionSimulation.Defect?) {
        self.defect = defect
        self.seed = SeededGenerator(seed: seed)
        self.random = self.seed.split("scenario")
        self.isSteady = self.random.chance(0.6)
    }

    private func drawBudget() -> JSONValue {
        var spec: JSONValue = ["selector": ["matchLabels": ["app": "web"]]]
        switch Int.random(in: 0..<6, using: &self.random) {
        case 0, 1: spec["maxUnavailable"] = 1
        case 2: spec["maxUnavailable"] = "30%"
        case 3: spec["minAvailable"] = 2
        case 4: spec["minAvailable"] = "50%"
        case _: spec["maxUnavailable"] = 2
        }
        return spec
    }

    func makeWorld(log: ((String) -> Void)?) -> ControllerWorld {
        var reconciler: any Reconciler = DisruptionReconciler()
        if let defect = self.defect { reconciler = DefectiveDisruption(defect: defect) }
        var world = ControllerWorld([reconciler], seed: self.seed.split("world"), log: log)
        world.weather.watchDelayMax = [5, 50, 300].randomElement(using: &self.random) ?? 50
        world.weather.lateWatchShare = [0, 0.1, 0.3].randomElement(using: &self.random) ?? 0
        world.weather.lostAnswerShare = [0, 0, 0.05].randomElement(using: &self.random) ?? 0
        world.onScenario = { world, number in self.act(number, &world) }
        world.onCommit = { world, change in self.observe(change, &world) }
        let replicas = Int64.random(in: 3...5, using: &self.random)
        world.make(
            .statefulSets,
            kind: "StatefulSet",
            apiVersion: "apps/v1",
            Self.set,
            ["replicas": .integer(replicas)]
        )
        world.make(
            .podDisruptionBudgets,
            kind: "PodDisruptionBudget",
            apiVersion: "policy/v1",
            Self.budget,
            self.drawBudget()
        )
        for ordinal in 0..<Int(replicas) { self.createPod(ordinal, &world) }
        world.schedule(.scenario(-1), after: 1000)
        return world
    }

    // MARK: - Pods

    private func createPod(_ ordinal: Int, _ world: inout ControllerWorld) {
        guard let set = world.api.object(.statefulSets, Self.set), ordinal < self.replicas(set) else { return }
        let name = "web-\(ordinal)"
        guard world.api.object(.pods, ObjectName(namespace: Self.namespace, name: name)) == nil else { return }
        do throws(StatusError) {
            try world.api.create(
                .pods,
                [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": [
                        "name": .string(name), "namespace": .string(Self.namespace), "labels": ["app": "web"],
                        "ownerReferences": [
                            OwnerReference(controller: set, kind: "StatefulSet", apiVersion: "apps/v1").json
                        ],
                    ],
                    "spec": ["containers": [["name": "app", "image": "app:1"]]],
                ]
            )
        } catch {
            world.fail(.safety, "could not make \(name): \(error.message)")
        }
    }

    private func replicas(_ set: JSONValue?) -> Int { Int(set?["spec", "replicas"]?.integer ?? 0) }

    /// What went comes back after a while; what came back no longer counts as disrupted.
    private func observe(_ change: ObjectChange, _ world: inout ControllerWorld) {
        guard change.resource == .pods else { return }
        let state = PodState(change.object)
        if change.new == nil {
            world.schedule(.scenario(state.ordinal ?? 0), after: world.delay(300))
        } else if state.isRunningAndReady, !state.isTerminating {
            self.disrupted.remove(state.name)
        }
    }

    // MARK: - People and faults

    private func act(_ number: Int, _ world: inout ControllerWorld) {
        guard number < 0 else { return self.createPod(number, &world) }
        guard !self.isHealed else { return }
        world.schedule(.scenario(-1), after: Int.random(in: 20...600, using: &self.random))
        let keys = world.api.objects.keys(.pods)
        guard let key = keys.randomElement(using: &self.random) else { return }
        switch Int.random(in: 0..<100, using: &self.random) {
        case 0..<60:
            for key in keys.shuffled(using: &self.random).prefix(3) { self.evict(key, &world) }
        case 60..<68:
            world.disturb(key, .unready, "unreadyPods")
        case 68..<76:
            world.reached("killedPods")
            world.tryTo { api throws(StatusError) in try api.delete(.pods, key) }
        case 76..<81: world.crash(0)
        case 81..<86: world.crashesAtNextRequest = 0
        case 86..<93 where !self.isSteady:
            world.reached("budgetEdits")
            let spec = self.drawBudget()
            world.api.write(.podDisruptionBudgets, Self.budget) { $0["spec"] = spec }
        case 93..<100 where !self.isSteady: self.scale(&world)
        case _: break
        }
    }

    private func scale(_ world: inout ControllerWorld) {
        world.reached("scalings")
        let replicas = Int.random(in: 1...6, using: &self.random)
        world.api.write(.statefulSets, Self.set) { $0["spec", "replicas"] = .integer(Int64(replicas)) }
        for ordinal in 0..<replicas { self.createPod(ordinal, &world) }
        for key in world.api.objects.keys(.pods) where (Int(key.name.dropFirst(4)) ?? 0) >= replicas {
            world.tryTo { api throws(StatusError) in try api.delete(.pods, key) }
        }
    }

    private func evict(_ key: ObjectName, _ world: inout ControllerWorld) {
        guard let pod = world.api.object(.pods, key).map(PodState.init) else { return }
        do throws(StatusError) {
            try world.api.evict(key)
        } catch {
            world.reached("evictionsRefused")
            return
        }
        guard pod.isRunningAndReady, !pod.isTerminating else { return }
        world.reached("evictions")
        self.disrupted.insert(key.name)
        let limit = self.replicas(world.api.object(.statefulSets, Self.set)) - self.desired(world)
        if self.isSteady, self.disrupted.count > limit {
            world.fail(
                .safety,
                "budget: \(self.disrupted.sorted().joined(separator: ", ")) are disrupted at a time, allowed are \(limit)"
            )
        }
    }

    /// How many pods must be healthy, by the budget's own words.
    private func desired(_ world: ControllerWorld) -> Int {
        let replicas = self.replicas(world.api.object(.statefulSets, Self.set))
        let spec = world.api.object(.podDisruptionBudgets, Self.budget)?["spec"]
        func pods(_ field: String) -> Int? {
            guard let value = spec?[field] else { return nil }
            if let count = value.integer { return Int(count) }
            let percent = Double(value.string?.dropLast() ?? "") ?? 0
            return Int((percent / 100 * Double(replicas)).rounded(.up))
        }
        if let unavailable = pods("maxUnavailable") { return max(0, replicas - unavailable) }
        return pods("minAvailable") ?? 0
    }

    // MARK: - Healing

    func heal(_ world: inout ControllerWorld) {
        self.isHealed = true
        world.healFaults()
        for ordinal in 0..<self.replicas(world.api.object(.statefulSets, Self.set)) {
            world.schedule(.scenario(ordinal), after: 1000)
        }
    }

    func checkConvergence(_ world: inout ControllerWorld) {
        let budget = world.api.object(.podDisruptionBudgets, Self.budget)
        let status = budget?["status"]
        let replicas = self.replicas(world.api.object(.statefulSets, Self.set))
        let desired = self.desired(world)
        let wanted: [(String, Int)] = [
            ("currentHealthy", replicas), ("desiredHealthy", desired), ("expectedPods", replicas),
            ("disruptionsAllowed", max(0, replicas - desired)),
            ("observedGeneration", Int(budget?["metadata", "generation"]?.integer ?? 0)),
        ]
        for (field, value) in wanted where Int(status?[field]?.integer ?? -1) != value {
            world.fail(.liveness, "status.\(field) is \(status?[field]?.integer ?? -1), should be \(value)")
        }
        if let left = status?["disruptedPods"]?.object, !left.isEmpty {
            world.fail(.liveness, "disruptedPods still names \(left.keys.joined(separator: ", "))")
        }
    }
}
