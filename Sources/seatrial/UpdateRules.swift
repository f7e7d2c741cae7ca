// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Controllers

/// How the StatefulSet controller updates: the options of `cluster up` and of what looks at such a cluster.
struct UpdateRules: ParsableArguments {
    @Option(
        help: "Whether rolling updates keep to disruption budgets: respected, or upstream (which ignores them).",
        transform: { text in
            guard let value = StatefulSetReconciler.DisruptionBudget(rawValue: text) else {
                throw ValidationError("--disruption-budget: expected respected or upstream")
            }
            return value
        }
    )
    var disruptionBudget = StatefulSetReconciler.DisruptionBudget.respected

    @Option(
        help: "What becomes of a pod that an abandoned update left broken: upstream (it stays), or repair.",
        transform: { text in
            guard let value = StatefulSetReconciler.Recovery(rawValue: text) else {
                throw ValidationError("--statefulset-recovery: expected upstream or repair")
            }
            return value
        }
    )
    var statefulsetRecovery = StatefulSetReconciler.Recovery.upstream

    @Option(help: "Upstream feature gates: MaxUnavailableStatefulSet=true|false.")
    var featureGates: [String] = []

    func validate() throws { _ = try self.options() }

    /// The options of the controller.
    func options() throws -> StatefulSetReconciler.Options {
        var options = StatefulSetReconciler.Options()
        options.disruptionBudget = self.disruptionBudget
        options.recovery = self.statefulsetRecovery
        for gate in self.featureGates.flatMap({ $0.split(separator: ",") }) {
            switch gate {
            case "MaxUnavailableStatefulSet=true": options.maxUnavailableGate = true
            case "MaxUnavailableStatefulSet=false": options.maxUnavailableGate = false
            case _: throw ValidationError("--feature-gates: \(gate) is not known here")
            }
        }
        return options
    }

    /// The same options for another process.
    var arguments: [String] {
        ["--disruption-budget", self.disruptionBudget.rawValue]
            + ["--statefulset-recovery", self.statefulsetRecovery.rawValue]
            + self.featureGates.flatMap { ["--feature-gates", $0] }
    }
}
