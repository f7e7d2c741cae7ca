// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The sum behind a disruption budget's answer, from its spec and status.
struct BudgetArithmetic {
    let budget: JSONValue

    /// The budgets that cover a pod, by name.
    static func all(of pod: PodState, in cache: ObservedObjects) -> [BudgetArithmetic] {
        DisruptionReconciler.budgets(of: pod.object, in: cache).map(BudgetArithmetic.init)
    }

    var sentence: String {
        let status = self.budget["status"]
        func count(_ field: String) -> Int64 { status?[field]?.integer ?? 0 }
        let (expected, desired, healthy) = (count("expectedPods"), count("desiredHealthy"), count("currentHealthy"))
        let spec = self.budget["spec"]
        let limit =
            if let max = spec?["maxUnavailable"] {
                "maxUnavailable \(max.string ?? max.text) of \(expected) expected pods: \(desired) have to be healthy"
            } else {
                "minAvailable \(spec?["minAvailable"].map { $0.string ?? $0.text } ?? "unset"), so \(desired) of "
                    + "\(expected) expected pods have to be healthy"
            }
        let disrupted = self.budget["status", "disruptedPods"]?.object?.keys ?? []
        let pending =
            disrupted.isEmpty ? "" : "; \(disrupted.joined(separator: ", ")) may go already and counts as gone"
        return "disruption budget \(self.budget.name) has \(limit), \(healthy) are; "
            + "max(0, \(healthy) - \(desired)) = \(count("disruptionsAllowed")) may go now\(pending)"
    }
}
