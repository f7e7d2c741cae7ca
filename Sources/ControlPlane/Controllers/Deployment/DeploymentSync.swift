// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a Deployment: its new ReplicaSet, then the sizes, then the history and the status.
struct DeploymentSync {
    private let deployment: DeploymentState
    private let cache: ObservedObjects
    private let now: WallTime
    private let pods: [JSONValue]
    private var new: DeploymentReplicas?
    /// The others, the oldest first.
    private var old: [DeploymentReplicas]
    private var plan = ControllerPlan()
    private var collisionCount: Int64?

    init(deployment: DeploymentState, sets: [JSONValue], pods: [JSONValue], cache: ObservedObjects, now: WallTime) {
        self.deployment = deployment
        self.cache = cache
        self.now = now
        self.pods = pods
        let all = sets.map { DeploymentReplicas($0) }.sorted(by: DeploymentReplicas.isOlder)
        let new = all.first { deployment.isOfTemplate($0.object) }
        self.new = new
        self.old = all.filter { $0.name != new?.name }
        self.collisionCount = deployment.status["collisionCount"]?.integer
    }

    private var all: [DeploymentReplicas] { self.old + [self.new].compactMap(\.self) }

    mutating func run(after claiming: ControllerPlan.Chain) -> ControllerPlan {
        self.plan.then(claiming)
        guard !self.deployment.object.isTerminating else { return self.finish() }
        if self.deployment.isPaused || self.isScaling {
            self.numberRevision()
            self.scale()
        } else if self.deployment.isRecreate {
            self.recreate()
        } else {
            self.makeNew()
            self.numberRevision()
            self.roll()
        }
        self.writeSizes()
        return self.finish()
    }

    private mutating func finish() -> ControllerPlan {
        let status = DeploymentStatus(
            deployment: self.deployment,
            new: self.new,
            all: self.all,
            collisionCount: self.collisionCount,
            now: self.now
        )
        self.plan.onSuccess = status.writes
        self.plan.onFailure = status.writes
        if let delay = status.lookAgain { self.plan.lookAgain(after: delay) }
        if self.plan.waiting == nil { self.plan.waiting = status.waiting }
        if status.isComplete { self.plan.finally = self.cleanup() }
        return self.plan
    }

    // MARK: - The new ReplicaSet

    /// Makes the ReplicaSet of the template, as large as the limits allow.
    private mutating func makeNew() {
        guard self.new == nil else { return }
        let data = Revision.data(of: self.deployment.template)
        var name: String
        var hash: String
        repeat {
            hash = RevisionName.hash(of: data, collisionCount: self.collisionCount ?? 0)
            name = "\(self.deployment.name)-\(hash)"
            // A set of that name with another template: another hash is tried.
            let key = ObjectName(namespace: self.deployment.key.namespace, name: name)
            guard self.cache.object(.replicaSets, key) != nil else { break }
            self.collisionCount = (self.collisionCount ?? 0) + 1
        } while true
        var template = self.deployment.template
        template["metadata", "labels", DeploymentState.hashLabel] = .string(hash)
        var selector = self.deployment.object["spec", "selector"] ?? .emptyObject
        selector["matchLabels", DeploymentState.hashLabel] = .string(hash)
        var spec: JSONValue = ["selector": selector, "template": template]
        spec["minReadySeconds"] = self.deployment.object["spec", "minReadySeconds"]
        var set = DeploymentReplicas(
            [
                "apiVersion": "apps/v1", "kind": "ReplicaSet",
                "metadata": [
                    "name": .string(name), "namespace": .string(self.deployment.key.namespace),
                    "labels": template["metadata", "labels"] ?? .emptyObject,
                    "ownerReferences": [self.deployment.control.ownerReference],
                ],
                "spec": spec,
            ],
            isNew: true
        )
        for (key, value) in self.deployment.object["metadata", "annotations"]?.object ?? [:]
        where !Self.isOwnAnnotation(key) {
            set.annotations[key] = value.string
        }
        self.new = set
    }

    private static func isOwnAnnotation(_ key: String) -> Bool {
        key.hasPrefix("deployment.kubernetes.io/") || key == "kubectl.kubernetes.io/last-applied-configuration"
            || key == "deprecated.deployment.rollback.to"
    }

    /// The new ReplicaSet has the highest number; the Deployment has the same.
    private mutating func numberRevision() {
        guard let new else { return }
        let number = max((self.old.map(\.revision).max() ?? 0) + 1, new.revision)
        if new.revision != number {
            self.new?.annotations[DeploymentState.revisionAnnotation] = String(number)
            if new.revision > 0 {
                let history = new.object["metadata", "annotations"]?[DeploymentState.historyAnnotation]?.string
                let numbers = (history.map { "\($0)," } ?? "") + String(new.revision)
                self.new?.annotations[DeploymentState.historyAnnotation] = numbers
            }
        }
        let key = DeploymentState.revisionAnnotation
        guard self.deployment.object["metadata", "annotations"]?[key]?.string != String(number) else { return }
        self.plan.then([
            ControllerAction(
                .mergePatch(subresource: nil),
                .deployments,
                self.deployment.key,
                body: ["metadata": ["annotations": .object(JSONObject([(key, .string(String(number)))]))]]
            )
        ])
    }

    // MARK: - Sizes

    /// Somebody changed the number of replicas: that comes before the rollout.
    private var isScaling: Bool {
        self.all.contains { set in
            let desired = set.object["metadata", "annotations"]?[DeploymentState.desiredAnnotation]?.string
            return set.observedReplicas > 0 && desired != nil && desired != String(self.deployment.replicas)
        }
    }

    private mutating func scale() {
        let active = self.all.filter { $0.replicas > 0 }
        if active.count <= 1 {
            guard let only = active.first ?? self.new ?? self.old.last else { return }
            self.resize(only.name, to: self.deployment.replicas)
        } else if let new, new.replicas == self.deployment.replicas,
            new.count("availableReplicas") == self.deployment.replicas
        {
            for set in self.old { self.resize(set.name, to: 0) }
        } else if !self.deployment.isRecreate {
            self.scaleProportionally(active)
        }
    }

    /// Pods added or taken are shared out by the sets' sizes; what rounding leaves goes to the largest.
    private mutating func scaleProportionally(_ active: [DeploymentReplicas]) {
        let total = active.map(\.replicas).reduce(0, +)
        let missing = (self.deployment.replicas > 0 ? self.deployment.maxReplicas : 0) - total
        guard missing != 0, total > 0 else { return }
        let sets = active.sorted { left, right in
            left.replicas == right.replicas ? DeploymentReplicas.isOlder(right, left) : left.replicas > right.replicas
        }
        var left = missing
        for (index, set) in sets.enumerated() {
            let exact = Double(set.replicas) * Double(missing) / Double(total)
            var share = Int(exact.rounded())
            share = missing > 0 ? min(share, left) : max(share, left)
            if index == sets.count - 1 { share = left }
            left -= share
            self.resize(set.name, to: max(0, set.replicas + share))
        }
    }

    private mutating func roll() {
        guard let new else { return }
        let total = self.all.map(\.replicas).reduce(0, +)
        if new.replicas > self.deployment.replicas {
            self.resize(new.name, to: self.deployment.replicas)
            return
        }
        let room = self.deployment.replicas + self.deployment.maxSurge - total
        let missing = self.deployment.replicas - new.replicas
        if missing > 0, room > 0 {
            self.resize(new.name, to: new.replicas + min(room, missing))
            return
        }
        self.shrinkOld(new, total: total)
    }

    /// Old pods go as far as enough are available; those that are not available go first.
    private mutating func shrinkOld(_ new: DeploymentReplicas, total: Int) {
        let minAvailable = self.deployment.replicas - self.deployment.maxUnavailable
        let unavailableNew = new.replicas - new.count("availableReplicas")
        var room = total - minAvailable - unavailableNew
        guard room > 0 else { return }
        for set in self.old where room > 0 && set.replicas > 0 {
            let broken = min(room, set.replicas - min(set.replicas, set.count("availableReplicas")))
            self.resize(set.name, to: set.replicas - broken)
            room -= broken
        }
        var surplus = self.all.map { $0.count("availableReplicas") }.reduce(0, +) - minAvailable
        for set in self.old where surplus > 0 && set.replicas > 0 {
            let gone = min(set.replicas, surplus)
            self.resize(set.name, to: set.replicas - gone)
            surplus -= gone
        }
    }

    private mutating func recreate() {
        for set in self.old { self.resize(set.name, to: 0) }
        let oldNames = Set(self.old.map(\.object.uid))
        let running = self.pods.filter { pod in
            OwnerReference.controller(of: pod).map { oldNames.contains($0.uid) } ?? false
                && !SchedulerReconciler.isFinished(pod)
        }
        if let first = running.first {
            self.plan.waiting = WaitingReason(.terminating, first.name, detail: "Recreate: old pods go first")
            return
        }
        self.makeNew()
        self.numberRevision()
        if let new { self.resize(new.name, to: self.deployment.replicas) }
    }

    private mutating func resize(_ name: String, to replicas: Int) {
        if self.new?.name == name { self.new?.replicas = replicas }
        for index in self.old.indices where self.old[index].name == name { self.old[index].replicas = replicas }
    }

    // MARK: - Writes

    private mutating func writeSizes() {
        for var set in self.all {
            let isResized = set.replicas != set.observedReplicas
            let (desired, max) = (String(self.deployment.replicas), String(self.deployment.maxReplicas))
            let known = set.object["metadata", "annotations"]
            if set.isNew || set.replicas > 0 || isResized {
                if known?[DeploymentState.desiredAnnotation]?.string != desired {
                    set.annotations[DeploymentState.desiredAnnotation] = desired
                }
                if known?[DeploymentState.maxAnnotation]?.string != max {
                    set.annotations[DeploymentState.maxAnnotation] = max
                }
            }
            guard set.isNew || isResized || !set.annotations.isEmpty else { continue }
            self.plan.then([self.write(set, isResized: isResized)])
        }
    }

    private func write(_ set: DeploymentReplicas, isResized: Bool) -> ControllerAction {
        let annotations = JSONValue.object(JSONObject(set.annotations.map { ($0.key, .string($0.value)) }))
        let key = ObservedObjects.key(of: set.object)
        var action: ControllerAction
        if set.isNew {
            var body = set.object
            body["metadata", "annotations"] = annotations
            body["spec", "replicas"] = .integer(Int64(set.replicas))
            action = ControllerAction(.create, .replicaSets, key, body: body)
        } else {
            var body: JSONValue = .emptyObject
            if !set.annotations.isEmpty { body["metadata", "annotations"] = annotations }
            if isResized { body["spec", "replicas"] = .integer(Int64(set.replicas)) }
            action = ControllerAction(.mergePatch(subresource: nil), .replicaSets, key, body: body)
        }
        if isResized {
            let before = set.isNew ? 0 : set.observedReplicas
            action.successEvent = self.deployment.control.event(
                .normal,
                "ScalingReplicaSet",
                "Scaled \(set.replicas > before ? "up" : "down") replica set \(set.name) from \(before) to "
                    + "\(set.replicas)"
            )
        }
        if set.isNew {
            action.failureEvent = self.deployment.control.event(
                .warning,
                "ReplicaSetCreateError",
                "Failed to create new replica set \"\(set.name)\": \(EventRecord.errorPlaceholder)"
            )
        }
        return action
    }

    /// Old ReplicaSets without pods, beyond the history's limit.
    private func cleanup() -> [ControllerAction] {
        let idle = self.old.filter { set in
            set.replicas == 0 && set.observedReplicas == 0 && set.count("replicas") == 0 && !set.object.isTerminating
        }.sorted { $0.revision < $1.revision }
        return idle.dropLast(self.deployment.historyLimit).map { set in
            ControllerAction(
                .delete(uid: set.object.uid),
                .replicaSets,
                ObservedObjects.key(of: set.object),
                tolerated: .absence
            )
        }
    }
}
