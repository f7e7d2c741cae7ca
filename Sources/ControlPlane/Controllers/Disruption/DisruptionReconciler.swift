// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The Disruption controller's decisions: the status of PodDisruptionBudgets, as in Kubernetes 1.36 (SEMANTICS.md, section 6).
public struct DisruptionReconciler: Reconciler {
    /// What upstream fixes.
    public enum Limits {
        /// How long a pod whose eviction was granted may take to be seen terminating.
        public static let deletionTimeout = Duration.seconds(120)
        /// How long a condition DisruptionTarget may stand on a pod that is not going.
        public static let staleTargetTimeout = Duration.seconds(120)
    }

    /// Pods have keys of their own (for stale conditions); no budget's name contains a slash.
    static let podPrefix = "pod/"

    public let component = "controllermanager"
    public let watched: [GroupVersionResource] = [
        .podDisruptionBudgets, .pods, .statefulSets, .replicaSets, .deployments,
    ]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .podDisruptionBudgets: [change.key]
        case .pods: self.keys(forPod: change, in: cache)
        case .statefulSets, .replicaSets, .deployments: self.keys(forSet: change, in: cache)
        default: []
        }
    }

    /// Upstream reads a set's scale only when its pods change; a late watch of sets would leave the budget wrong for good.
    private func keys(forSet change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        guard let set = change.new, change.old?["spec", "replicas"] != set["spec", "replicas"] else { return [] }
        let labels = set["spec", "template"]?["metadata"]?["labels"]
        return cache.objects(.podDisruptionBudgets, in: set.namespace).filter { budget in
            let selector = ObjectSelector(budget["spec", "selector"])
            return selector.matches(labels: labels)
                || cache.objects(.pods, in: set.namespace).contains { pod in
                    OwnerReference.controller(of: pod)?.uid == set.uid && selector.matches(pod)
                }
        }.map(ObservedObjects.key(of:))
    }

    private func keys(forPod change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        var keys: [ObjectName] = []
        if let budget = Self.budgets(of: change.object, in: cache).first {
            keys.append(ObservedObjects.key(of: budget))
        }
        // A pod that was relabelled leaves a budget that has to count anew.
        if let old = change.old, let new = change.new, old["metadata", "labels"] != new["metadata", "labels"],
            let budget = Self.budgets(of: old, in: cache).first
        {
            let key = ObservedObjects.key(of: budget)
            if !keys.contains(key) { keys.append(key) }
        }
        if let pod = change.new, StaleTarget(pod) != nil {
            keys.append(ObjectName(namespace: pod.namespace, name: Self.podPrefix + pod.name))
        }
        return keys
    }

    /// The budgets whose selector matches a pod, by name.
    static func budgets(of pod: JSONValue, in cache: ObservedObjects) -> [JSONValue] {
        cache.objects(.podDisruptionBudgets, in: pod.namespace).filter {
            ObjectSelector($0["spec", "selector"]).matches(pod)
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        if key.name.hasPrefix(Self.podPrefix) {
            let pod = ObjectName(namespace: key.namespace, name: String(key.name.dropFirst(Self.podPrefix.count)))
            return cache.object(.pods, pod).flatMap(StaleTarget.init)?.plan(now: now) ?? ControllerPlan()
        }
        guard let budget = cache.object(.podDisruptionBudgets, key) else { return ControllerPlan() }
        return BudgetSync(budget: budget, cache: cache, now: now).plan()
    }
}

/// A pod with the condition DisruptionTarget that is not going after all.
struct StaleTarget {
    private let pod: JSONValue
    private let since: WallTime

    init?(_ pod: JSONValue) {
        guard !pod.isTerminating, let condition = pod.condition("DisruptionTarget"), condition["status"] == "True",
            condition["reason"] != "TerminationByKubelet",
            let since = condition["lastTransitionTime"]?.string.flatMap(WallTime.init(rfc3339:))
        else { return nil }
        self.pod = pod
        self.since = since
    }

    func plan(now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        let due = self.since + DisruptionReconciler.Limits.staleTargetTimeout
        guard due <= now else {
            plan.lookAgain(after: due - now)
            return plan
        }
        var pod = self.pod
        pod["status", "conditions"] = .array(
            (pod["status", "conditions"]?.array ?? []).map { condition in
                guard condition["type"] == "DisruptionTarget" else { return condition }
                return [
                    "type": "DisruptionTarget", "status": "False", "lastProbeTime": .null,
                    "lastTransitionTime": .string(now.rfc3339),
                ]
            }
        )
        plan.then([
            ControllerAction(.update(subresource: "status"), .pods, ObservedObjects.key(of: pod), body: pod)
        ])
        return plan
    }
}
