// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI
import Simulation

/// Controllers in a world without delays: the test plays user, scheduler and kubelet.
struct PlanWorld {
    static let namespace = "test"

    var api = SimulatedAPI(now: Objects.now)
    private let reconcilers: [(reconciler: any Reconciler, kind: GroupVersionResource)]
    private var backoffs: [ObjectName: Backoffs] = [:]
    /// The events so far, as `reason: message`.
    private(set) var events: [String] = []
    /// Why each key last stopped where it did.
    private(set) var waiting: [ObjectName: WaitingReason] = [:]
    private(set) var lookAgain: Duration?

    init(_ reconcilers: [(any Reconciler, GroupVersionResource)]) {
        self.reconcilers = reconcilers.map { ($0.0, $0.1) }
    }

    /// Syncs everything until nothing is left to do.
    mutating func settle() {
        for _ in 0..<60 {
            let before = self.api.history.count
            for (reconciler, kind) in self.reconcilers {
                for key in self.keys(kind) { self.sync(reconciler, key) }
            }
            if self.api.history.count == before { return }
        }
        fatalError("it does not settle: \(self.waiting)")
    }

    private func keys(_ kind: GroupVersionResource) -> [ObjectName] {
        guard kind == .nodes else { return self.api.objects.keys(kind) }
        return self.api.objects.keys(.nodes)
            + self.api.objects.keys(.pods).map { ObjectName(namespace: "", name: "pod/\($0.namespace)/\($0.name)") }
    }

    private mutating func sync(_ reconciler: any Reconciler, _ key: ObjectName) {
        let plan = reconciler.plan(
            for: key,
            in: self.api.objects,
            now: self.api.now,
            backoffs: self.backoffs[key] ?? Backoffs()
        )
        self.backoffs[key] = plan.backoffs
        self.waiting[key] = plan.waiting
        if let delay = plan.lookAgain { self.lookAgain = delay }
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
    }

    mutating func create(_ resource: GroupVersionResource, _ object: JSONValue) throws {
        try self.api.create(resource, object)
    }

    mutating func edit(_ resource: GroupVersionResource, _ name: String, _ change: (inout JSONValue) -> Void) {
        self.api.write(resource, ObjectName(namespace: Self.namespace, name: name), change)
    }

    mutating func pass(_ seconds: Int64) { self.api.now = self.api.now + .seconds(seconds) }

    var pods: [JSONValue] { self.api.objects.objects(.pods) }

    /// Sets a pod's phase and readiness.
    mutating func set(_ pod: JSONValue, phase: String, ready: Bool) {
        let now = self.api.now.rfc3339
        self.api.write(.pods, ObservedObjects.key(of: pod)) { pod in
            pod["status", "phase"] = .string(phase)
            pod["status", "conditions"] = [
                ["type": "Ready", "status": ready ? "True" : "False", "lastTransitionTime": .string(now)]
            ]
        }
    }

    /// Every living pod that is not finished becomes Ready; those that are going are gone.
    mutating func run() {
        for pod in self.pods {
            let state = PodState(pod)
            if state.isTerminating {
                _ = try? self.api.delete(.pods, ObservedObjects.key(of: pod), isForced: true)
            } else if !state.isFinished, !state.isReady {
                self.set(pod, phase: "Running", ready: true)
            }
        }
    }

    /// Settles and runs until nothing changes.
    mutating func converge() {
        for _ in 0..<60 {
            let before = self.api.history.count
            self.settle()
            self.run()
            if self.api.history.count == before { return }
        }
    }
}
