// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Explains what a StatefulSet's rollout waits for: the controller's own decision, put into words.
package struct StatefulSetExplainer {
    private let set: StatefulSetState
    private let plan: ControllerPlan
    private let options: StatefulSetReconciler.Options
    private let cache: ObservedObjects
    private let now: WallTime

    /// - Parameter cache: the set, and the pods, claims, revisions and budgets of its namespace.
    /// - Returns: nil when there is no such set.
    package init?(_ key: ObjectName, options: StatefulSetReconciler.Options, in cache: ObservedObjects, now: WallTime) {
        guard let object = cache.object(.statefulSets, key) else { return nil }
        self.set = StatefulSetState(object)
        self.plan = StatefulSetReconciler(options: options).plan(for: key, in: cache, now: now)
        self.options = options
        self.cache = cache
        self.now = now
    }

    package var explanation: RolloutExplanation {
        var explanation = RolloutExplanation(progress: self.progress)
        if let reason = self.plan.waiting {
            self.explain(reason, in: &explanation)
        } else if let partition = self.set.strategy.partition, partition > 0, !self.isComplete {
            explanation.causes = [
                "pods below ordinal \(self.set.start + partition) keep their revision: partition is \(partition)"
            ]
            explanation.rule = "only pods at or above the partition are updated"
            explanation.commands = [
                (
                    "kubectl\(self.namespace) patch \(self.name) -p '{\"spec\":{\"updateStrategy\":"
                        + "{\"rollingUpdate\":{\"partition\":\(partition - 1)}}}}'", "lets the next pod go"
                )
            ]
        }
        return explanation
    }

    private var name: String { "sts/\(self.set.name)" }
    private var namespace: String { self.set.namespace == "default" ? "" : " -n \(self.set.namespace)" }
    private func count(_ field: String) -> Int64 { self.set.status[field]?.integer ?? 0 }
    private var isComplete: Bool {
        self.count("updatedReplicas") == self.set.replicas && self.count("readyReplicas") == self.set.replicas
    }

    private var progress: String {
        let (update, current) = (
            self.set.status["updateRevision"]?.string ?? "", self.set.status["currentRevision"]?.string ?? ""
        )
        let counts =
            "\(self.count("updatedReplicas")) of \(self.set.replicas) pods are of the wanted revision \(update), "
            + "\(self.count("readyReplicas")) are ready"
        let observed = self.count("observedGeneration") >= self.set.generation ? "" : " (not up to date yet)"
        if self.plan.waiting == nil, self.isComplete { return "\(self.name) is rolled out: \(counts)\(observed)." }
        let change = update == current ? "" : " from \(current)"
        return "\(self.name) is on its way\(change): \(counts)\(observed)."
    }

    private func pod(_ name: String) -> PodState? {
        self.cache.object(.pods, ObjectName(namespace: self.set.namespace, name: name)).map(PodState.init)
    }

    // MARK: - Reasons

    private func explain(_ reason: WaitingReason, in explanation: inout RolloutExplanation) {
        // Several pods may share a reason (maxUnavailable); the first one's commands do.
        let pods = reason.subject.split(separator: ", ").compactMap { self.pod(String($0)) }
        explanation.causes = pods.flatMap { PodCauses(pod: $0, now: self.now).sentences }
        if explanation.causes.isEmpty { explanation.causes = ["\(reason)"] }
        let describe = pods.first.map { ("kubectl\(self.namespace) describe pod \($0.name)", "") }
        switch reason.code {
        case .notReady, .failed:
            explanation.rule = self.readyRule
            explanation.commands = [describe].compactMap(\.self) + (pods.first.map(self.waysOut) ?? [])
        case .notAvailable:
            explanation.rule =
                "a pod counts once it has been Ready for minReadySeconds (\(self.set.minReadySeconds)); "
                + "it goes on by itself"
        case .terminating:
            explanation.rule = "the name is free for the next pod only when the old one is gone"
            explanation.commands = [describe].compactMap(\.self)
        case .budgetSpent:
            explanation.causes +=
                pods.first.map { BudgetArithmetic.all(of: $0, in: self.cache).map(\.sentence) } ?? []
            explanation.rule =
                "a Ready pod goes by eviction, which its disruption budget has to allow; the update goes on by "
                + "itself when enough pods are healthy"
            explanation.commands = [
                ("kubectl\(self.namespace) get pdb", ""), ("kubectl\(self.namespace) get pods", "which are not Ready?"),
            ]
        case .maxUnavailable:
            explanation.causes.append(reason.detail)
            explanation.rule = "no pod goes while as many as rollingUpdate.maxUnavailable are unavailable"
            explanation.commands = [describe].compactMap(\.self) + (pods.first.map(self.waysOut) ?? [])
        case .onDelete:
            explanation.rule = "updateStrategy OnDelete: a pod gets the new template when somebody deletes it"
            explanation.commands = [("kubectl\(self.namespace) delete pod \(reason.subject)", "one at a time")]
        case .staleClaim:
            explanation.causes = ["claim \(reason.subject) still belongs to an earlier pod, or is being deleted"]
            explanation.rule = "a pod is made once its claims are its own"
            explanation.commands = [("kubectl\(self.namespace) describe pvc \(reason.subject)", "")]
        case .changed:
            explanation.causes = ["\(reason.subject) is next: \(reason.detail.isEmpty ? "changed" : reason.detail)"]
            explanation.rule = self.readyRule
        case _:
            explanation.causes = ["\(reason)"]
        }
    }

    private var readyRule: String {
        self.set.isMonotonic
            ? "OrderedReady: no pod is made, updated or removed while another is not Ready; updates go from the highest "
                + "ordinal down"
            : "an update takes one pod at a time from the highest ordinal down, and waits for each to be Ready"
    }

    /// What gets a rollout past a pod that is not Ready.
    private func waysOut(of pod: PodState) -> [(command: String, remark: String)] {
        let update = self.set.status["updateRevision"]?.string ?? ""
        let isCrashing = (pod.object["status", "containerStatuses"]?.array ?? []).contains {
            $0["restartCount"]?.integer ?? 0 > 0
        }
        var commands = [("kubectl\(self.namespace) logs \(pod.name)\(isCrashing ? " --previous" : "")", "")]
        let delete = "kubectl\(self.namespace) delete pod \(pod.name)"
        if pod.revision != update, self.options.recovery == .upstream, self.set.isMonotonic {
            commands.append((delete, "it is of \(pod.revision); its successor will be of the wanted revision"))
        } else if pod.revision == update {
            commands.append(("kubectl\(self.namespace) rollout undo \(self.name)", "back to the template before"))
            if self.set.isMonotonic, self.options.recovery == .upstream {
                commands.append((delete, "after that: OrderedReady does not replace a broken pod by itself"))
            }
        }
        return commands
    }
}
