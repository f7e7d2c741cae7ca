// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite struct ZooKeeperSimulationTests {
    @Test(arguments: [3, 5]) func nothingThatWasPromisedIsBroken(members: Int) {
        let sweep = SeedSweep.run(seeds: 5_000..<5_020) { ZooKeeperSimulation.run(seed: $0, members: members) }
        #expect(sweep.failures.isEmpty, "\(sweep.failures)")
        #expect(sweep.share(of: "elections") == 1)
    }

    @Test func aSeedGivesOneTrace() {
        let traces = (1...2).map { _ in ZooKeeperSimulation.run(seed: 7, members: 3).trace }
        #expect(traces[0] == traces[1])
    }

    @Test(arguments: ["vote-for-stale-log", "skip-truncation", "keep-ephemerals", "count-self-twice", "ignore-touches"])
    func aPlantedBugIsFound(_ defect: String) {
        let sweep = SeedSweep.run(seeds: 0..<40, stopAtFirstFailure: true) {
            ZooKeeperSimulation.run(seed: $0, members: 3, defect: defect)
        }
        #expect(!sweep.failures.isEmpty)
    }
}
