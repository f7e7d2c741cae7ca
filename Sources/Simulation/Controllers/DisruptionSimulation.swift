// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The Disruption controller under several drains at a time, with late watches, crashes, dying pods and edited budgets.
public enum DisruptionSimulation {
    /// A defect planted into the controller, to see that the simulation finds it.
    public enum Defect: String, Hashable, Sendable, CaseIterable {
        /// Pods on their way out count as healthy.
        case countsTerminating = "counts-terminating"
        /// Running pods count as healthy, Ready or not.
        case countsUnready = "counts-unready"
        /// Pods whose eviction was granted are forgotten before they are seen going.
        case forgetsDisrupted = "forgets-disrupted"
        /// The status is written whatever happened to it meanwhile.
        case writesBlindly = "writes-blindly"
        /// A percentage of pods that must stay is rounded down.
        case roundsDown = "rounds-down"
        /// The generation is never noted as observed after the first time.
        case freezesGeneration = "freezes-generation"
    }

    /// How long faults may come; they come thicker than elsewhere.
    private static let chaos = Duration.seconds(20)

    /// Runs one seed from its beginning to its end.
    /// - Parameters:
    ///   - defect: the bug to plant.
    ///   - log: is given a line for everything that happens.
    public static func run(seed: UInt64, defect: Defect? = nil, log: ((String) -> Void)? = nil) -> SimulationReport {
        DisruptionScenario(seed: seed, defect: defect).play(seed: seed, chaos: Self.chaos, log: log)
    }
}
