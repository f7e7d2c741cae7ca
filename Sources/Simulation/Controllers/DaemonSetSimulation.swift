// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The DaemonSet controller while nodes come, go, fail and are tainted, pods die and its spec is edited.
///
/// A run first does all that, with the invariants at each request; then all faults end and every node that should have
/// a pod has to have the right one within a bound.
public enum DaemonSetSimulation {
    /// A defect planted into the controller, to see that the simulation finds it.
    public enum Defect: String, Hashable, Sendable, CaseIterable {
        /// Syncs start without having seen the own writes.
        case forgetsOwnWrites = "forgets-own-writes"
        /// Updates take down as many pods as there are.
        case ignoresLimits = "ignores-limits"
        /// Pods are made on nodes that keep them away.
        case ignoresTaints = "ignores-taints"
        /// Pods are made at the first template.
        case makesOldPods = "makes-old-pods"
        /// Running pods count as available, Ready or not.
        case countsUnready = "counts-unready"
        /// The status is never written again after the first time.
        case freezesStatus = "freezes-status"
    }

    /// Runs one seed from its beginning to its end.
    /// - Parameters:
    ///   - defect: the bug to plant.
    ///   - log: is given a line for everything that happens.
    public static func run(seed: UInt64, defect: Defect? = nil, log: ((String) -> Void)? = nil) -> SimulationReport {
        DaemonSetScenario(seed: seed, defect: defect).play(seed: seed, log: log)
    }
}
