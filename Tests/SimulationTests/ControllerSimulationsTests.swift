// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

/// The controllers in simulation: a few seeds here, a thousand in CI by `seatrial simulate statefulset|disruption`.
@Suite struct ControllerSimulationsTests {
    @Test("a StatefulSet keeps identity, order, revision and budget, and converges")
    func statefulSet() {
        let sweep = SeedSweep.run(seeds: 0..<40) { StatefulSetSimulation.run(seed: $0) }
        let failures = sweep.failures.compactMap(\.failure?.because)
        #expect(failures == [])
        for probe in [
            "staleSyncs", "crashes", "crashesInMidSync", "editsInMidRollout", "heldByBudget", "nodeFailures",
            "updateEvictions",
        ] {
            #expect(sweep.share(of: probe) >= 0.3, "\(probe)")
        }
    }

    @Test("budgets are never exceeded by drains, and their status converges")
    func disruption() {
        let sweep = SeedSweep.run(seeds: 0..<40) { DisruptionSimulation.run(seed: $0) }
        let failures = sweep.failures.compactMap(\.failure?.because)
        #expect(failures == [])
        for probe in ["staleSyncs", "crashes", "conflicts", "evictions", "evictionsRefused"] {
            #expect(sweep.share(of: probe) >= 0.3, "\(probe)")
        }
    }

    @Test("a DaemonSet has one right pod on every node that should have it, within its limits, and converges")
    func daemonSet() {
        let sweep = SeedSweep.run(seeds: 0..<40) { DaemonSetSimulation.run(seed: $0) }
        let failures = sweep.failures.compactMap(\.failure?.because)
        #expect(failures == [])
        for probe in ["staleSyncs", "crashes", "editsInMidRollout", "nodeFailures", "updateDeletions"] {
            #expect(sweep.share(of: probe) >= 0.3, "\(probe)")
        }
    }

    @Test("the same seed gives the same trace, another seed another")
    func reproducible() {
        #expect(StatefulSetSimulation.run(seed: 7) == StatefulSetSimulation.run(seed: 7))
        #expect(DisruptionSimulation.run(seed: 7) == DisruptionSimulation.run(seed: 7))
        #expect(DaemonSetSimulation.run(seed: 7) == DaemonSetSimulation.run(seed: 7))
        #expect(StatefulSetSimulation.run(seed: 7).trace != StatefulSetSimulation.run(seed: 8).trace)
    }

    @Test(
        "each planted defect of the StatefulSet controller is found",
        arguments: StatefulSetSimulation.Defect.allCases
    )
    func statefulSetDefects(_ defect: StatefulSetSimulation.Defect) {
        // Own writes that are forgotten show only where a watch is late at the worst moment: seed 45 is the first.
        let seeds: Range<UInt64> = defect == .forgetsOwnWrites ? 44..<48 : 0..<40
        let sweep = SeedSweep.run(seeds: seeds, stopAtFirstFailure: true) {
            StatefulSetSimulation.run(seed: $0, defect: defect)
        }
        #expect(!sweep.failures.isEmpty)
    }

    @Test("each planted defect of the Disruption controller is found", arguments: DisruptionSimulation.Defect.allCases)
    func disruptionDefects(_ defect: DisruptionSimulation.Defect) {
        let sweep = SeedSweep.run(seeds: 0..<40, stopAtFirstFailure: true) {
            DisruptionSimulation.run(seed: $0, defect: defect)
        }
        #expect(!sweep.failures.isEmpty)
    }

    @Test("each planted defect of the DaemonSet controller is found", arguments: DaemonSetSimulation.Defect.allCases)
    func daemonSetDefects(_ defect: DaemonSetSimulation.Defect) {
        let sweep = SeedSweep.run(seeds: 0..<40, stopAtFirstFailure: true) {
            DaemonSetSimulation.run(seed: $0, defect: defect)
        }
        #expect(!sweep.failures.isEmpty)
    }
}
