// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a PodDisruptionBudget: how many pods it expects, how many are healthy, how many may go.
struct BudgetSync {
    /// How many pods there should be, and how many of them healthy.
    private struct Expectation {
        var pods = 0
        var healthy = 0
        var hasUnmanaged = false
    }

    private struct Failure: Error {
        var message: String
    }

    let budget: JSONValue
    let cache: ObservedObjects
    let now: WallTime
    private let pods: [JSONValue]

    init(budget: JSONValue, cache: ObservedObjects, now: WallTime) {
        self.budget = budget
        self.cache = cache
        self.now = now
        let selector = ObjectSelector(budget["spec", "selector"])
        self.pods = cache.objects(.pods, in: budget.namespace).filter(selector.matches)
    }

    func plan() -> ControllerPlan {
        var plan = ControllerPlan()
        if self.pods.isEmpty { plan.notices.append(self.event(.normal, "NoPods", "No matching pods found")) }
        plan.notices += self.ambiguousPods
        let expected: Expectation
        do throws(Failure) {
            expected = try self.expectation()
        } catch {
            plan.notices.append(
                self.event(
                    .warning,
                    "CalculateExpectedPodCountFailed",
                    "Failed to calculate the number of expected pods: \(error.message)"
                )
            )
            self.write(self.failSafe(error.message), to: &plan)
            return plan
        }
        if expected.hasUnmanaged {
            plan.notices.append(self.event(.warning, "UnmanagedPods", self.unmanagedMessage))
        }
        let disrupted = self.disruptedPods(&plan)
        let healthy = self.pods.count { pod in
            !pod.isTerminating && disrupted[pod.name] == nil && pod.condition("Ready")?["status"] == "True"
        }
        var allowed = healthy - expected.healthy
        if expected.pods <= 0 || allowed <= 0 { allowed = 0 }
        let status = self.status(expected: expected, healthy: healthy, allowed: allowed, disrupted: disrupted)
        self.write(status, to: &plan)
        if allowed == 0, !self.pods.isEmpty {
            plan.waiting = WaitingReason(
                .budgetSpent,
                self.budget.name,
                detail: "needs \(expected.healthy) healthy pods and has \(healthy)"
            )
        }
        return plan
    }

    // MARK: - Expectation

    private func expectation() throws(Failure) -> Expectation {
        let spec = self.budget["spec"]
        if let value = spec?["maxUnavailable"].flatMap(IntOrPercent.init) {
            var expected = try self.scale()
            expected.healthy = max(0, expected.pods - value.scaled(total: expected.pods, roundUp: true))
            return expected
        }
        switch spec?["minAvailable"].flatMap(IntOrPercent.init) {
        case .count(let count)?:
            return Expectation(pods: self.pods.count, healthy: count)
        case let percent?:
            var expected = try self.scale()
            expected.healthy = percent.scaled(total: expected.pods, roundUp: true)
            return expected
        case nil:
            return Expectation()
        }
    }

    /// The sum of the scales of the controllers that own the pods.
    private func scale() throws(Failure) -> Expectation {
        var expected = Expectation()
        var scales: [String: Int] = [:]
        for pod in self.pods {
            guard let owner = OwnerReference.controller(of: pod) else {
                expected.hasUnmanaged = true
                continue
            }
            if scales[owner.uid] != nil { continue }
            guard let controller = self.controller(owner, in: pod.namespace) else {
                throw Failure(message: "found no controllers for pod \"\(pod.name)\"")
            }
            scales[controller.uid] = Int(clamping: controller["spec", "replicas"]?.integer ?? 1)
        }
        expected.pods = scales.values.reduce(0, +)
        return expected
    }

    /// Whose number of replicas counts: a Deployment for the pods of its ReplicaSets.
    private func controller(_ owner: OwnerReference, in namespace: String) -> JSONValue? {
        guard owner.group == "apps" else { return nil }
        func find(_ resource: GroupVersionResource, _ owner: OwnerReference) -> JSONValue? {
            let found = self.cache.object(resource, ObjectName(namespace: namespace, name: owner.name))
            return found?.uid == owner.uid ? found : nil
        }
        switch owner.kind {
        case "StatefulSet": return find(.statefulSets, owner)
        case "ReplicaSet":
            let set = find(.replicaSets, owner)
            guard let above = set.flatMap(OwnerReference.controller(of:)), above.kind == "Deployment" else {
                return set
            }
            return find(.deployments, above) ?? set
        default: return nil
        }
    }

    // MARK: - Disrupted pods

    /// Pods whose eviction was granted and that have not been seen terminating yet; too old ones are given up.
    ///
    /// Entries have no uid. A watch of pods that lags behind shows an earlier life of the pod, which went its way before:
    /// upstream takes that for the eviction and then counts the present life as healthy while it lives on in the cache, so
    /// that one pod too many may go. Here an entry ends only by what was seen after it was made.
    private func disruptedPods(_ plan: inout ControllerPlan) -> [String: JSONValue] {
        let version = self.budget["metadata", "resourceVersion"]?.string.flatMap(Int64.init) ?? 0
        let isSeenSince = self.cache.resourceVersion(.pods) > version
        var disrupted: [String: JSONValue] = [:]
        for (name, text) in self.budget["status", "disruptedPods"]?.object ?? [:] {
            guard let since = text.string.flatMap(WallTime.init(rfc3339:)) else { continue }
            let pod = self.pods.first { $0.name == name }
            let isGoing = pod?.isTerminating ?? true
            if isGoing ? isSeenSince : pod.flatMap(Self.created).map({ $0 > since }) ?? false { continue }
            let due = since + DisruptionReconciler.Limits.deletionTimeout
            if due >= self.now {
                disrupted[name] = text
                plan.lookAgain(after: due - self.now + .milliseconds(1))
            } else if let pod, !isGoing {
                plan.events.append(self.notDeleted(pod))
            }
        }
        return disrupted
    }

    private static func created(_ pod: JSONValue) -> WallTime? {
        pod["metadata", "creationTimestamp"]?.string.flatMap(WallTime.init(rfc3339:))
    }

    /// Upstream names the namespace twice where it means the budget (recorded in i2).
    private func notDeleted(_ pod: JSONValue) -> EventRecord {
        EventRecord(
            about: pod,
            kind: "Pod",
            apiVersion: "v1",
            .warning,
            "NotDeleted",
            "Pod was expected by PDB \(self.budget.namespace)/\(self.budget.namespace) to be deleted but it wasn't"
        )
    }

    // MARK: - Status

    private func status(
        expected: Expectation,
        healthy: Int,
        allowed: Int,
        disrupted: [String: JSONValue]
    ) -> JSONValue {
        let generation = self.budget["metadata", "generation"] ?? 0
        var status: JSONValue = [
            "observedGeneration": generation,
            "disruptionsAllowed": .integer(Int64(allowed)),
            "currentHealthy": .integer(Int64(healthy)),
            "desiredHealthy": .integer(Int64(expected.healthy)),
            "expectedPods": .integer(Int64(expected.pods)),
        ]
        if !disrupted.isEmpty { status["disruptedPods"] = .object(JSONObject(disrupted.map { ($0.key, $0.value) })) }
        self.setCondition(
            allowed > 0 ? ("True", "SufficientPods", "") : ("False", "InsufficientPods", ""),
            generation: generation,
            in: &status
        )
        return status
    }

    /// When the pods cannot be counted nothing may be evicted.
    private func failSafe(_ message: String) -> JSONValue {
        var status = self.budget["status"] ?? .emptyObject
        status["disruptionsAllowed"] = 0
        self.setCondition(
            ("False", "SyncFailed", message),
            generation: status["observedGeneration"] ?? 0,
            in: &status
        )
        return status
    }

    private func setCondition(
        _ value: (status: String, reason: String, message: String),
        generation: JSONValue,
        in status: inout JSONValue
    ) {
        let old = self.budget.condition("DisruptionAllowed")
        let isSame = old?["status"]?.string == value.status
        var condition: JSONValue = [
            "type": "DisruptionAllowed", "status": .string(value.status), "reason": .string(value.reason),
            "message": .string(value.message), "observedGeneration": generation,
            "lastTransitionTime": isSame ? old?["lastTransitionTime"] ?? .null : .string(self.now.rfc3339),
        ]
        if generation == 0 { condition["observedGeneration"] = nil }
        let others = (self.budget["status", "conditions"]?.array ?? []).filter { $0["type"] != "DisruptionAllowed" }
        status["conditions"] = .array(others + [condition])
    }

    private func write(_ status: JSONValue, to plan: inout ControllerPlan) {
        guard status != self.budget["status"] else { return }
        var object = self.budget
        object["status"] = status
        plan.then([
            ControllerAction(
                .update(subresource: "status"),
                .podDisruptionBudgets,
                ObservedObjects.key(of: object),
                body: object
            )
        ])
    }

    // MARK: - Events

    private func event(_ kind: EventRecord.Kind, _ reason: String, _ message: String) -> EventRecord {
        EventRecord(
            about: self.budget,
            kind: "PodDisruptionBudget",
            apiVersion: "policy/v1",
            kind,
            reason,
            message
        )
    }

    private var ambiguousPods: [EventRecord] {
        self.pods.compactMap { pod in
            let budgets = DisruptionReconciler.budgets(of: pod, in: self.cache)
            guard budgets.count > 1, budgets[0].name == self.budget.name else { return nil }
            return EventRecord(
                about: pod,
                kind: "Pod",
                apiVersion: "v1",
                .warning,
                "MultiplePodDisruptionBudgets",
                "Pod \"\(pod.namespace)\"/\"\(pod.name)\" matches multiple PodDisruptionBudgets.  "
                    + "Chose \"\(self.budget.name)\" arbitrarily."
            )
        }
    }

    private var unmanagedMessage: String {
        let labels = (self.budget["spec", "selector", "matchLabels"]?.object ?? [:])
            .map { "\($0): \($1.string ?? "")," }.joined()
        let expressions = (self.budget["spec", "selector", "matchExpressions"]?.array ?? []).map { expression in
            let values = (expression["values"]?.array ?? []).compactMap(\.string).joined(separator: " ")
            return "{\(expression["key"]?.string ?? "") \(expression["operator"]?.string ?? "") [\(values)]},"
        }.joined()
        return """
            Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{\(labels)},\
            MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}) were found to be unmanaged. As a result, the \
            status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these \
            pods please set ".spec.minAvailable" field of the PDB to an integer value.
            """
    }
}
