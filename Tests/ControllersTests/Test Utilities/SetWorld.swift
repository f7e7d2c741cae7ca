// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI
import Simulation

/// A StatefulSet `web` in a world without delays: the test plays user and kubelet, controllers see everything at once.
struct SetWorld {
    static let namespace = "test"
    static let start = WallTime(seconds: 1_000_000_000)

    var api = SimulatedAPI(now: Self.start)
    var reconciler: StatefulSetReconciler
    let disruption = DisruptionReconciler()
    /// The events of all syncs so far, as `reason: message`.
    private(set) var events: [String] = []
    /// Why the last sync stopped where it did.
    private(set) var waiting: WaitingReason?
    /// When the last sync wants to look again.
    private(set) var lookAgain: Duration?
    /// The failure of the last sync.
    private(set) var failure: String?

    var key: ObjectName { ObjectName(namespace: Self.namespace, name: "web") }
    var set: JSONValue { self.api.object(.statefulSets, self.key) ?? .null }
    var status: JSONValue { self.set["status"] ?? .null }

    init(
        replicas: Int64 = 3,
        policy: String = "OrderedReady",
        strategy: JSONValue? = nil,
        minReadySeconds: Int64 = 0,
        budget: StatefulSetReconciler.DisruptionBudget = .upstream,
        spec extra: JSONValue = .emptyObject
    ) throws {
        var options = StatefulSetReconciler.Options()
        options.disruptionBudget = budget
        self.reconciler = StatefulSetReconciler(options: options)
        var spec: JSONValue = [
            "replicas": .integer(replicas), "serviceName": "web", "podManagementPolicy": .string(policy),
            "selector": ["matchLabels": ["app": "web"]],
            "updateStrategy": strategy ?? ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]],
            "revisionHistoryLimit": 10, "minReadySeconds": .integer(minReadySeconds),
            "template": [
                "metadata": ["labels": ["app": "web"]],
                "spec": ["containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        for (key, value) in extra.object ?? [:] { spec[key] = value }
        try self.api.create(
            .statefulSets,
            [
                "apiVersion": "apps/v1", "kind": "StatefulSet", "spec": spec,
                "metadata": ["name": "web", "namespace": .string(Self.namespace)],
            ]
        )
    }

    /// A set whose pods are all there and Ready.
    static func running(
        replicas: Int64 = 3,
        policy: String = "OrderedReady",
        strategy: JSONValue? = nil,
        minReadySeconds: Int64 = 0,
        budget: StatefulSetReconciler.DisruptionBudget = .upstream,
        spec: JSONValue = .emptyObject
    ) throws -> SetWorld {
        var world = try SetWorld(
            replicas: replicas,
            policy: policy,
            strategy: strategy,
            minReadySeconds: minReadySeconds,
            budget: budget,
            spec: spec
        )
        for _ in 0..<replicas {
            world.settle()
            world.allReady()
            world.pass(minReadySeconds)
        }
        world.settle()
        return world
    }

    // MARK: - The controller

    /// One sync; returns its plan.
    @discardableResult
    mutating func sync() -> ControllerPlan {
        let plan = self.reconciler.plan(for: self.key, in: self.api.objects, now: self.api.now)
        (self.waiting, self.lookAgain) = (plan.waiting, plan.lookAgain)
        self.perform(plan)
        return plan
    }

    private mutating func perform(_ plan: ControllerPlan) {
        self.events += (plan.events + plan.notices).map { "\($0.reason): \($0.message)" }
        var run = PlanRun(plan)
        while let action = run.next {
            let answer: PlanRun.Answer =
                switch self.api.perform(action) {
                case .success(let body): .success(body)
                case .failure(let error): .refused(error)
                }
            self.events += run.answered(answer).map { "\($0.reason): \($0.message)" }
        }
        self.failure = run.outcome.failure ?? plan.failure
    }

    /// Syncs set and budgets until nothing is left to do.
    mutating func settle() {
        for _ in 0..<50 {
            let before = self.api.history.count
            for budget in self.api.objects.keys(.podDisruptionBudgets) {
                self.perform(self.disruption.plan(for: budget, in: self.api.objects, now: self.api.now))
            }
            self.sync()
            if self.api.history.count == before { return }
        }
        fatalError("the set does not settle: \(self.pods), \(String(describing: self.waiting))")
    }

    // MARK: - Kubelet and user

    mutating func pass(_ seconds: Int64) { self.api.now = self.api.now + .seconds(seconds) }

    private func podKey(_ ordinal: Int) -> ObjectName { ObjectName(namespace: Self.namespace, name: "web-\(ordinal)") }

    mutating func setPod(_ ordinal: Int, phase: String, ready: Bool) {
        let now = self.api.now.rfc3339
        self.api.write(.pods, self.podKey(ordinal)) { pod in
            let was = pod.condition("Ready")
            let status: JSONValue = ready ? "True" : "False"
            let since = was?["status"] == status ? was?["lastTransitionTime"] ?? .null : .string(now)
            pod["status"] = [
                "phase": .string(phase),
                "conditions": [["type": "Ready", "status": status, "lastTransitionTime": since]],
            ]
        }
    }

    mutating func ready(_ ordinal: Int) { self.setPod(ordinal, phase: "Running", ready: true) }
    mutating func unready(_ ordinal: Int) { self.setPod(ordinal, phase: "Running", ready: false) }
    mutating func fail(_ ordinal: Int) { self.setPod(ordinal, phase: "Failed", ready: false) }

    /// Every pod that is not going becomes Ready.
    mutating func allReady() {
        for pod in self.api.objects.objects(.pods) where !pod.isTerminating {
            self.ready(PodState(pod).ordinal ?? 0)
        }
    }

    /// Terminating pods are gone.
    mutating func reap() {
        for pod in self.api.objects.objects(.pods) where pod.isTerminating {
            _ = try? self.api.delete(.pods, ObservedObjects.key(of: pod), isForced: true)
        }
    }

    /// Somebody deletes a pod, which goes at once.
    mutating func kill(_ ordinal: Int) throws {
        try self.api.delete(.pods, self.podKey(ordinal), isForced: true)
    }

    /// Somebody deletes a pod, which gets its grace.
    mutating func delete(_ ordinal: Int) throws {
        try self.api.delete(.pods, self.podKey(ordinal))
    }

    mutating func edit(_ change: (inout JSONValue) -> Void) {
        self.api.write(.statefulSets, self.key, change)
    }

    mutating func setImage(_ image: String) {
        self.edit { $0["spec", "template", "spec", "containers"] = [["name": "app", "image": .string(image)]] }
    }

    mutating func scale(_ replicas: Int64) { self.edit { $0["spec", "replicas"] = .integer(replicas) } }

    /// Lets the update go on, every pod becoming Ready at once, until nothing changes; returns the order of deletions.
    mutating func roll() -> [String] {
        var order: [String] = []
        for _ in 0..<100 {
            let before = self.api.history.count
            self.settle()
            order += self.api.objects.objects(.pods).filter(\.isTerminating).map(\.name)
            self.reap()
            self.settle()
            self.allReady()
            if self.api.history.count == before { break }
        }
        return order
    }

    /// The pods as `ordinal:image` and a letter: R Ready, U Running but not Ready, P Pending, F Failed, T Terminating.
    var pods: String {
        self.api.objects.objects(.pods).map { pod in
            let state = PodState(pod)
            let letter =
                if state.isTerminating { "T" } else if state.isRunningAndReady { "R" } else {
                    ["Running": "U", "Pending": "P", "Failed": "F"][state.phase] ?? "?"
                }
            let image = pod["spec", "containers"]?.array?.first?["image"]?.string ?? "app:?"
            return "\(state.ordinal ?? -1):\(image.dropFirst(4))\(letter)"
        }.joined(separator: " ")
    }

    /// The set's revisions in order as `number:image`.
    var revisions: String {
        self.api.objects.objects(.controllerRevisions).sorted {
            $0["revision"]?.integer ?? 0 < $1["revision"]?.integer ?? 0
        }.map { revision in
            let containers = revision["data", "spec", "template"]?["spec"]?["containers"]?.array
            let image = containers?.first?["image"]?.string ?? "app:?"
            return "\(revision["revision"]?.integer ?? 0):\(image.dropFirst(4))"
        }.joined(separator: " ")
    }
}
