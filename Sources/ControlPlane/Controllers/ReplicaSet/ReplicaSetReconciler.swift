// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The ReplicaSet controller's decisions: as many pods as wanted, made and deleted by the hundred.
public struct ReplicaSetReconciler: Reconciler {
    public let component = "replicaset-controller"
    public let watched: [GroupVersionResource] = [.replicaSets, .pods]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .replicaSets: [change.key]
        case .pods: OwnerReference.keys(of: .replicaSets, kind: "ReplicaSet", for: change, in: cache)
        default: []
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        guard let object = cache.object(.replicaSets, key) else { return plan }
        let control = PodControl(owner: object, kind: "ReplicaSet", apiVersion: "apps/v1")
        var claiming = ClaimingPlan(
            owner: control,
            resource: .replicaSets,
            selector: ObjectSelector(object["spec", "selector"])
        )
        let all = cache.objects(.pods, in: key.namespace)
        let terminating = all.count { $0.isTerminating && OwnerReference.controller(of: $0)?.uid == object.uid }
        let pods = claiming.claimPods(
            of: all.lazy.filter { !$0.isTerminating && !SchedulerReconciler.isFinished($0) }
        )
        let sync = ReplicaSetSync(set: object, control: control, pods: pods, terminating: terminating, now: now)
        plan.then(claiming.actions)
        if !object.isTerminating { sync.scale(&plan, names: Set(all.map(\.name))) }
        sync.setStatus(&plan)
        return plan
    }
}
