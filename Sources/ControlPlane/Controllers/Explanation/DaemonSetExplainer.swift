// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Explains what a DaemonSet's rollout waits for: the controller's own decision, put into words.
package struct DaemonSetExplainer {
    private let set: DaemonSetState
    private let plan: ControllerPlan
    private let cache: ObservedObjects
    private let now: WallTime

    /// - Parameter cache: the set, the pods and revisions of its namespace, and the nodes.
    /// - Returns: nil when there is no such set.
    package init?(_ key: ObjectName, in cache: ObservedObjects, now: WallTime) {
        guard let object = cache.object(.daemonSets, key) else { return nil }
        self.set = DaemonSetState(object)
        self.plan = DaemonSetReconciler().plan(for: key, in: cache, now: now)
        self.cache = cache
        self.now = now
    }

    package var explanation: RolloutExplanation {
        var explanation = RolloutExplanation(progress: self.progress)
        guard let reason = self.plan.waiting else { return explanation }
        let pod = self.cache.object(.pods, ObjectName(namespace: self.set.namespace, name: reason.subject)).map(
            PodState.init
        )
        explanation.causes = pod.map { PodCauses(pod: $0, now: self.now).sentences } ?? ["\(reason)"]
        let kubectl = "kubectl\(self.set.namespace == "default" ? "" : " -n \(self.set.namespace)")"
        var looks = [("\(kubectl) rollout history ds/\(self.set.name)", "")]
        if let pod { looks.insert(("\(kubectl) describe pod \(pod.name)", ""), at: 0) }
        let undo = ("\(kubectl) rollout undo ds/\(self.set.name)", "only pods that are not available are replaced")
        switch reason.code {
        case .maxUnavailable, .maxSurge:
            explanation.causes.append(reason.detail)
            explanation.rule =
                reason.code == .maxSurge
                ? "at most maxSurge new pods come up beside old ones; an old one goes when its successor is available"
                : "an available old pod goes only while fewer than maxUnavailable nodes are without an available pod; "
                    + "old pods that are not available go at once"
            explanation.commands = looks + [undo]
        case .onDelete:
            explanation.rule = "updateStrategy OnDelete: a pod gets the new template when somebody deletes it"
            explanation.commands = [("\(kubectl) delete pod \(reason.subject)", "one at a time")]
        case .backoff:
            explanation.rule = "a pod that fails again and again on a node is replaced after pauses of 1 s to 15 min"
            explanation.commands = looks
        case .notAvailable:
            explanation.rule =
                "a pod counts once it has been Ready for minReadySeconds (\(self.set.minReadySeconds)); "
                + "it goes on by itself"
        case _:
            explanation.commands = looks
        }
        return explanation
    }

    private var progress: String {
        func count(_ field: String) -> Int64 { self.set.status[field]?.integer ?? 0 }
        let desired = count("desiredNumberScheduled")
        let (updated, available) = (count("updatedNumberScheduled"), count("numberAvailable"))
        let isDone =
            self.plan.waiting == nil && updated == desired && available == desired
            && count("observedGeneration") >= self.set.generation
        return
            "ds/\(self.set.name) is \(isDone ? "rolled out" : "on its way"): \(updated) of \(desired) nodes have a pod of "
            + "the wanted template, \(available) an available one."
    }
}
