// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The DaemonSet controller's decisions, as in Kubernetes 1.36 (SEMANTICS.md, section 5); the sync itself is
/// ``DaemonSetSync``.
public struct DaemonSetReconciler: Reconciler {
    public let component = "daemonset-controller"
    public let watched: [GroupVersionResource] = [.daemonSets, .pods, .nodes, .controllerRevisions]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .daemonSets: [change.key]
        case .pods: OwnerReference.keys(of: .daemonSets, kind: "DaemonSet", for: change, in: cache)
        case .nodes: self.keys(forNode: change, in: cache)
        default: []  // revisions are read, not waited for
        }
    }

    /// Only what decides about placement: a heartbeat is none of it.
    private func keys(forNode change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        if let old = change.old, let new = change.new, old["metadata", "labels"] == new["metadata", "labels"],
            old["spec", "taints"] == new["spec", "taints"], old.uid == new.uid
        {
            return []
        }
        return cache.keys(.daemonSets)
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        self.plan(for: key, in: cache, now: now, backoffs: Backoffs())
    }

    public func plan(
        for key: ObjectName,
        in cache: ObservedObjects,
        now: WallTime,
        backoffs: Backoffs
    ) -> ControllerPlan {
        var plan = ControllerPlan()
        guard let object = cache.object(.daemonSets, key) else { return plan }
        let set = DaemonSetState(object)
        if set.selectsEverything {
            plan.notices = [
                set.pods.event(
                    .warning,
                    "SelectingAll",
                    "This daemon set is selecting all pods. A non-empty selector is required."
                )
            ]
            return plan
        }
        if set.isTerminating {
            plan.waiting = WaitingReason(.deleting, set.name)
            return plan
        }
        var claiming = ClaimingPlan(
            owner: set.pods,
            resource: .daemonSets,
            selector: ObjectSelector(object["spec", "selector"])
        )
        let listed = claiming.claimRevisions(of: cache.objects(.controllerRevisions, in: set.namespace))
        let pods = claiming.claimPods(of: cache.objects(.pods, in: set.namespace))
        let history = DaemonSetHistory(set: set, listed: listed, pods: pods) { name in
            cache.object(.controllerRevisions, ObjectName(namespace: set.namespace, name: name)).map(Revision.init)
        }
        plan.then(claiming.actions)
        plan.then(history.actions)
        plan.backoffs = backoffs
        var sync = DaemonSetSync(set: set, history: history, pods: pods, cache: cache, now: now, plan: plan)
        return sync.run()
    }
}
