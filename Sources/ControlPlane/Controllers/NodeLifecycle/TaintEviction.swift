// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// A pod whose node is tainted or gone: when it has to leave.
struct TaintEviction {
    let pod: JSONValue
    let now: WallTime

    private var key: ObjectName { ObservedObjects.key(of: self.pod) }

    /// Deletes the pod once it has tolerated its node's taints for as long as it may.
    func plan(taints: [JSONValue]) -> ControllerPlan {
        var plan = ControllerPlan()
        let executing = taints.filter { $0["effect"] == "NoExecute" }
        guard !executing.isEmpty, !self.pod.isTerminating, !SchedulerReconciler.isFinished(self.pod) else {
            return plan
        }
        let tolerations = self.pod["spec", "tolerations"]?.array ?? []
        var due: WallTime?
        for taint in executing {
            let matching = tolerations.filter { NodeMatching.tolerates($0, taint) }
            guard !matching.isEmpty else {
                due = self.now
                break
            }
            // The shortest of the tolerations counts; one without a time lasts for ever.
            guard let seconds = matching.compactMap({ $0["tolerationSeconds"]?.integer }).min() else { continue }
            let since = taint["timeAdded"]?.string.flatMap(WallTime.init(rfc3339:)) ?? self.now
            let end = since + .seconds(max(0, seconds))
            due = min(due ?? end, end)
        }
        guard let due else { return plan }
        guard due <= self.now else {
            plan.lookAgain(after: due - self.now)
            return plan
        }
        var deletion = ControllerAction(.delete(uid: self.pod.uid), .pods, self.key, tolerated: .absence)
        var event = EventRecord(
            about: self.pod,
            kind: "Pod",
            apiVersion: "v1",
            .normal,
            "TaintManagerEviction",
            "Marking for deletion Pod \(self.key)"
        )
        event.component = "taint-eviction-controller"
        deletion.successEvent = event
        plan.then([
            self.disruption("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"), deletion,
        ])
        return plan
    }

    /// The pod of a node that is no more: nobody else will ever end it.
    func planWithoutNode(quarantine: Duration) -> ControllerPlan {
        var plan = ControllerPlan()
        let since =
            (self.pod.condition("DisruptionTarget")?["lastTransitionTime"]?.string).flatMap(WallTime.init(rfc3339:))
        guard let since else {
            // The condition marks the beginning of the quarantine, in which the node may still turn up.
            plan.then([self.disruption("DeletionByPodGC", "PodGC: node no longer exists")])
            return plan
        }
        let left = since + quarantine - self.now
        guard left <= .zero else {
            plan.lookAgain(after: left)
            return plan
        }
        var failed = self.disruption("DeletionByPodGC", "PodGC: node no longer exists")
        failed.body?["status", "phase"] = "Failed"
        // A pod that is over has no grace period left: its object goes at once.
        let deletion = ControllerAction(.delete(uid: self.pod.uid), .pods, self.key, tolerated: .absence)
        plan.then(SchedulerReconciler.isFinished(self.pod) ? [deletion] : [failed, deletion])
        return plan
    }

    private func disruption(_ reason: String, _ message: String) -> ControllerAction {
        let old = self.pod.condition("DisruptionTarget")
        let now = JSONValue.string(self.now.rfc3339)
        let condition: JSONValue = [
            "type": "DisruptionTarget", "status": "True", "reason": .string(reason), "message": .string(message),
            "lastProbeTime": .null,
            "lastTransitionTime": old?["status"] == "True" ? old?["lastTransitionTime"] ?? now : now,
        ]
        let others = (self.pod["status", "conditions"]?.array ?? []).filter { $0["type"] != "DisruptionTarget" }
        return ControllerAction(
            .mergePatch(subresource: "status"),
            .pods,
            self.key,
            body: ["status": ["conditions": .array(others + [condition])]],
            tolerated: .absence
        )
    }
}
