// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The Job controller's decisions: pods until enough have succeeded, or too many failed.
///
/// Left out: indexed completion, success and pod failure policies, and the finalizer by which upstream keeps a pod until
/// it is counted (here a finished pod counts while it is there, and the counts never go down).
public struct JobReconciler: Reconciler {
    public let component = "job-controller"
    public let watched: [GroupVersionResource] = [.jobs, .pods]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .jobs: [change.key]
        case .pods: OwnerReference.keys(of: .jobs, kind: "Job", for: change, in: cache)
        default: []
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        guard let job = cache.object(.jobs, key), !job.isTerminating else { return ControllerPlan() }
        let control = PodControl(owner: job, kind: "Job", apiVersion: "batch/v1")
        var claiming = ClaimingPlan(owner: control, resource: .jobs, selector: ObjectSelector(job["spec", "selector"]))
        let pods = claiming.claimPods(of: cache.objects(.pods, in: key.namespace))
        var sync = JobSync(job: job, control: control, pods: pods, now: now)
        return sync.run(after: claiming.actions)
    }
}
