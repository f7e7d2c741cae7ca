// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The StatefulSet controller and the Disruption controller against everything that delays, repeats or interrupts them.
///
/// A run first edits, evicts, kills and crashes, with the invariants after each request; then all faults end and the set
/// has to become what its spec says within a bound.
public enum StatefulSetSimulation {
    /// A defect planted into the controllers, to see that the simulation finds it.
    public enum Defect: String, Hashable, Sendable, CaseIterable {
        /// Syncs start without having seen the own writes.
        case forgetsOwnWrites = "forgets-own-writes"
        /// Pods below the partition are made at the update revision.
        case ignoresPartition = "ignores-partition"
        /// Updates delete Ready pods without asking their budget.
        case ignoresBudget = "ignores-budget"
        /// An ordered set makes the next pod before the one below is Ready.
        case ignoresOrder = "ignores-order"
        /// Updates begin with the lowest ordinal.
        case updatesFromBelow = "updates-from-below"
        /// Pods get the label of another ordinal.
        case mixesUpIdentity = "mixes-up-identity"
        /// A claim on being done: the status is never written again after the first time.
        case freezesStatus = "freezes-status"
    }

    /// Runs one seed from its beginning to its end.
    /// - Parameters:
    ///   - defect: the bug to plant.
    ///   - log: is given a line for everything that happens.
    public static func run(seed: UInt64, defect: Defect? = nil, log: ((String) -> Void)? = nil) -> SimulationReport {
        StatefulSetScenario(seed: seed, defect: defect).play(seed: seed, log: log)
    }
}
