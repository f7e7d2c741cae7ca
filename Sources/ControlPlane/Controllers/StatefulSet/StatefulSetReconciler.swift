// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The StatefulSet controller's decisions, as in Kubernetes 1.36, with rolling updates under the disruption budget.
///
/// SEMANTICS.md, sections 2 to 4, has the rules; the sync itself is ``StatefulSetSync``.
public struct StatefulSetReconciler: Reconciler {
    /// What rolling updates do about disruption budgets.
    public enum DisruptionBudget: String, Hashable, Sendable, CaseIterable {
        /// A Ready pod is evicted, so that updates, drains and evictions together keep the budget.
        case respected
        /// Pods are deleted whatever the budget says, as upstream does.
        case upstream
    }

    /// What becomes of a pod that an abandoned update left broken.
    public enum Recovery: String, Hashable, Sendable, CaseIterable {
        /// People have to delete it, as upstream has it under OrderedReady.
        case upstream
        /// It is deleted, so that the update goes on by itself.
        case repair
    }

    /// What can be chosen.
    public struct Options: Hashable, Sendable {
        /// What rolling updates do about disruption budgets.
        public var disruptionBudget = DisruptionBudget.respected
        /// Upstream's feature gate MaxUnavailableStatefulSet (off by default in 1.36).
        public var maxUnavailableGate = false
        /// What becomes of pods that an abandoned update left broken.
        public var recovery = Recovery.upstream

        /// The defaults.
        public init() {}
    }

    public let component = "statefulset-controller"
    /// What was chosen.
    public var options: Options

    /// A controller with these options.
    public init(options: Options = Options()) {
        self.options = options
    }

    public var watched: [GroupVersionResource] {
        let own: [GroupVersionResource] = [.statefulSets, .pods, .persistentVolumeClaims, .controllerRevisions]
        switch self.options.disruptionBudget {
        case .respected: return own + [.podDisruptionBudgets]
        case .upstream: return own
        }
    }

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .statefulSets: [change.key]
        case .pods: OwnerReference.keys(of: .statefulSets, kind: "StatefulSet", for: change, in: cache)
        case .persistentVolumeClaims: self.keys(forClaim: change, in: cache)
        case .podDisruptionBudgets: self.keys(forBudget: change, in: cache)
        default: []  // revisions are read, not waited for
        }
    }

    private func keys(forClaim change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        let claim = change.object
        // Only what can unblock a pod: a claim that went, or whose owners changed.
        guard change.new == nil || change.old.map(OwnerReference.all(of:)) != OwnerReference.all(of: claim) else {
            return []
        }
        return cache.objects(.statefulSets, in: claim.namespace).filter { set in
            (set["spec", "volumeClaimTemplates"]?.array ?? []).contains { template in
                claim.name.hasPrefix("\(template.name)-\(set.name)-")
            }
        }.map(ObservedObjects.key(of:))
    }

    private func keys(forBudget change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        let selector = ObjectSelector(change.object["spec", "selector"])
        return cache.objects(.statefulSets, in: change.object.namespace).filter { set in
            selector.matches(labels: set["spec", "template"]?["metadata"]?["labels"])
        }.map(ObservedObjects.key(of:))
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        guard let object = cache.object(.statefulSets, key) else { return ControllerPlan() }
        let set = StatefulSetState(object)
        let selector = ObjectSelector(object["spec", "selector"])
        var claiming = ClaimingPlan(
            owner: PodControl(owner: object, kind: "StatefulSet", apiVersion: "apps/v1"),
            resource: .statefulSets,
            selector: selector,
            podParent: set.name
        )
        let listed = claiming.claimRevisions(of: cache.objects(.controllerRevisions, in: set.namespace))
        let pods = claiming.claimPods(of: cache.objects(.pods, in: set.namespace))
        let revisions = RevisionPlan(set: set, listed: listed) { name in
            cache.object(.controllerRevisions, ObjectName(namespace: set.namespace, name: name)).map(Revision.init)
        }
        var sync = StatefulSetSync(
            set: set,
            pods: pods,
            revisions: revisions,
            options: self.options,
            cache: cache,
            now: now
        )
        return sync.run(after: claiming.actions)
    }
}
