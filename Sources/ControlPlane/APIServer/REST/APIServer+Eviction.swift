// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// POST of `pods/NAME/eviction`: a deletion that disruption budgets may refuse.
///
/// Upstream retries its writes when somebody else was faster; here a change of the store repeats its decision by itself.
extension APIServer {
    /// Entries of `disruptedPods` that the disruption controller has not confirmed; more are refused.
    static let disruptedPodsMax = 2_000

    func evict(_ request: ResolvedRequest) throws(StatusError) -> APIResponse {
        let body = request.api.body ?? .emptyObject
        guard body.name == request.name else {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        var options = try DeletionOptions(body: body["deleteOptions"] ?? .emptyObject)
        options.isDryRun = options.isDryRun || request.options.isDryRun
        guard let pod = self.store.object(request.key, of: request.stored) else { throw request.notFound }

        if Self.isBeyondBudgets(pod) {
            try self.markAndRemove(request, options)
            return .success(201)
        }
        let budgets = self.budgets(of: pod)
        guard budgets.count <= 1 else {
            throw StatusError(
                code: 500,
                reason: "",
                message:
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            )
        }
        guard let budget = budgets.first else {
            try self.markAndRemove(request, options)
            return .success(201)
        }
        if !Self.isReady(pod), try self.evictUnready(pod, budget: budget, request, options) { return .success(201) }
        try self.charge(budget, for: pod, isDryRun: options.isDryRun)
        try self.markAndRemove(request, options)
        return .success(201)
    }

    /// Pods that serve nobody any more, or not yet, cost no budget.
    private static func isBeyondBudgets(_ pod: JSONValue) -> Bool {
        let phase = pod["status", "phase"]?.string ?? ""
        return pod.isTerminating || phase == "Pending" || phase == "Succeeded" || phase == "Failed"
    }

    private static func isReady(_ pod: JSONValue) -> Bool {
        pod["status", "conditions"]?.array?
            .contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" } ?? false
    }

    private func budgets(of pod: JSONValue) -> [JSONValue] {
        let namespace = pod["metadata", "namespace"]?.string ?? ""
        let labels = pod["metadata", "labels"] ?? .emptyObject
        return self.store.read { $0.objects(of: .podDisruptionBudgets, namespace: namespace) }.filter { budget in
            ObjectSelection.selects(budget["spec", "selector"], labels)
        }
    }

    /// Deletes a pod that is not ready where its budget's policy or state allows that for free.
    /// - Returns: whether it was deleted.
    private func evictUnready(
        _ pod: JSONValue,
        budget: JSONValue,
        _ request: ResolvedRequest,
        _ options: DeletionOptions
    ) throws(StatusError) -> Bool {
        if budget["spec", "unhealthyPodEvictionPolicy"]?.string != "AlwaysAllow" {
            let current = budget["status", "currentHealthy"]?.integer ?? 0
            let desired = budget["status", "desiredHealthy"]?.integer ?? 0
            guard current >= desired, desired > 0 else { return false }
        }
        var options = options
        // The pod must still be the one that was found not ready.
        if options.resourceVersion == nil { options.resourceVersion = pod.resourceVersion }
        do {
            _ = try self.remove(request.key, request, options: options)
        } catch  where error.isConflict {
            throw Self.refusal(because: nil)
        }
        return true
    }

    /// Takes one disruption from the budget and notes for whom.
    private func charge(_ budget: JSONValue, for pod: JSONValue, isDryRun: Bool) throws(StatusError) {
        do {
            try self.store.update(ObjectKey(of: budget), of: .podDisruptionBudgets) { current in
                try Self.checkBudget(current)
                guard !isDryRun else { return .keep(current) }
                var charged = current
                let allowed = (current["status", "disruptionsAllowed"]?.integer ?? 0) - 1
                charged["status", "disruptionsAllowed"] = .integer(allowed)
                if allowed == 0 {
                    charged.setCondition(
                        type: "DisruptionAllowed",
                        status: "False",
                        reason: "InsufficientPods",
                        message: "",
                        at: self.timestamp(),
                        hasProbeTime: false
                    )
                }
                charged["status", "disruptedPods", pod.name] = .string(self.timestamp())
                return .write(charged)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
    }

    private static func checkBudget(_ budget: JSONValue) throws(StatusError) {
        let (name, status) = (budget.name, budget["status"])
        let allowed = status?["disruptionsAllowed"]?.integer ?? 0
        if (status?["observedGeneration"]?.integer ?? 0) < (budget["metadata", "generation"]?.integer ?? 0) {
            throw Self.refusal(
                because: "The disruption budget \(name) is still being processed by the server.",
                retryAfterSeconds: 10
            )
        }
        if allowed < 0 {
            throw .forbidden(.podDisruptionBudgets, name: name, because: "pdb disruptions allowed is negative")
        }
        if (status?["disruptedPods"]?.object?.count ?? 0) > Self.disruptedPodsMax {
            throw .forbidden(
                .podDisruptionBudgets,
                name: name,
                because: "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
            )
        }
        guard allowed == 0 else { return }
        let condition = status?["conditions"]?.array?.first { $0["type"]?.string == "DisruptionAllowed" }
        let reason = condition?["reason"]?.string ?? ""
        let message = condition?["message"]?.string ?? ""
        let (current, desired) = (status?["currentHealthy"]?.integer ?? 0, status?["desiredHealthy"]?.integer ?? 0)
        if reason == "SyncFailed" {
            throw Self.refusal(
                because:
                    "The disruption budget \(name) does not allow evicting pods currently because it failed sync: \(message)"
            )
        }
        if current <= desired {
            throw Self.refusal(
                because: "The disruption budget \(name) needs \(desired) healthy pods and has \(current) currently"
            )
        }
        if condition?["status"]?.string == "False" {
            throw Self.refusal(
                because: "The disruption budget \(name) does not allow evicting pods currently (\(reason)): \(message)"
            )
        }
        throw Self.refusal(because: "The disruption budget \(name) does not allow evicting pods currently")
    }

    private static func refusal(because cause: String?, retryAfterSeconds: Int64 = 0) -> StatusError {
        .tooManyRequests(
            "Cannot evict pod as it would violate the pod's disruption budget.",
            retryAfterSeconds: retryAfterSeconds,
            causes: cause.map { [.init(reason: "DisruptionBudget", message: $0)] } ?? []
        )
    }

    /// Deletes a pod that has said why it goes.
    private func markAndRemove(_ request: ResolvedRequest, _ options: DeletionOptions) throws(StatusError) {
        var options = options
        if !options.isDryRun {
            let marked = try self.markDisrupted(request, options)
            // The mark is ours: whoever named a version meant the pod before it.
            if options.resourceVersion != nil { options.resourceVersion = marked.resourceVersion }
        }
        _ = try self.remove(request.key, request, options: options)
    }

    private func markDisrupted(_ request: ResolvedRequest, _ options: DeletionOptions) throws(StatusError) -> JSONValue
    {
        let outcome: JSONValue?
        do {
            outcome = try self.store.update(request.key, of: request.stored) { current in
                try options.check(current, kind: request.definition.kind, group: request.definition.group)
                var marked = current
                marked.setCondition(
                    type: "DisruptionTarget",
                    status: "True",
                    reason: "EvictionByEvictionAPI",
                    message: "Eviction API: evicting",
                    at: self.timestamp(),
                    isObserved: false
                )
                return .write(marked)
            }
        } catch let error as StatusError {
            throw error
        } catch {
            throw .internalError("\(error)")
        }
        guard let outcome else { throw request.notFound }
        return outcome
    }
}
