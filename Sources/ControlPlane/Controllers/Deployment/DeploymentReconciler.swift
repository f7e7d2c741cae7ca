// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The Deployment controller's decisions: a ReplicaSet for each template, and the sizes of all of them.
public struct DeploymentReconciler: Reconciler {
    public let component = "deployment-controller"
    public let watched: [GroupVersionResource] = [.deployments, .replicaSets, .pods]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .deployments:
            return [change.key]
        case .replicaSets:
            return OwnerReference.keys(of: .deployments, kind: "Deployment", for: change, in: cache)
        case .pods:
            // Recreate waits until the last old pod is gone; else the ReplicaSets' counts tell everything.
            guard change.new == nil || change.object.isTerminating,
                let owner = OwnerReference.controller(of: change.object), owner.kind == "ReplicaSet",
                let set = cache.object(
                    .replicaSets,
                    ObjectName(namespace: change.object.namespace, name: owner.name)
                ),
                let deployment = OwnerReference.controller(of: set), deployment.kind == "Deployment"
            else { return [] }
            return [ObjectName(namespace: change.object.namespace, name: deployment.name)]
        default:
            return []
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        guard let object = cache.object(.deployments, key) else { return ControllerPlan() }
        let state = DeploymentState(object)
        let selector = ObjectSelector(object["spec", "selector"])
        guard !selector.matchesEverything else {
            var plan = ControllerPlan()
            plan.notices = [
                state.control.event(
                    .warning,
                    "SelectingAll",
                    "This deployment is selecting all pods. A non-empty selector is required."
                )
            ]
            return plan
        }
        var claiming = ClaimingPlan(owner: state.control, resource: .deployments, selector: selector)
        let sets = claiming.claim(.replicaSets, of: cache.objects(.replicaSets, in: key.namespace))
        let uids = Set(sets.map(\.uid))
        let pods = cache.objects(.pods, in: key.namespace).filter { pod in
            OwnerReference.controller(of: pod).map { uids.contains($0.uid) } ?? false
        }
        var sync = DeploymentSync(deployment: state, sets: sets, pods: Array(pods), cache: cache, now: now)
        return sync.run(after: claiming.actions)
    }
}
