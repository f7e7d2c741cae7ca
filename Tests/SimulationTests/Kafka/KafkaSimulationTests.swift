// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("Kafka in simulation")
struct KafkaSimulationTests {
    @Test("Nothing committed is lost, and everything works again once faults end")
    func seeds() {
        let sweep = SeedSweep.run(seeds: 1..<41) { KafkaSimulation.run(seed: $0) }
        #expect(
            sweep.failures.isEmpty,
            "\(sweep.failures.first.map { "seed \($0.seed): \($0.failure?.because ?? "")" } ?? "")"
        )
        for probe in ["leaderElected", "crash", "shrunk", "truncated"] {
            #expect(sweep.share(of: probe) >= 0.3, "\(probe): \(sweep.share(of: probe))")
        }
    }

    /// The controller's link broke while a watch's event was on its way to it.
    @Test("A watch that fired is not lost with the link", arguments: [5_001_360] as [UInt64])
    func lostLink(seed: UInt64) {
        #expect(KafkaSimulation.run(seed: seed).failure == nil)
    }

    @Test("Two runs of a seed are the same", arguments: [1, 7, 22] as [UInt64])
    func determinism(seed: UInt64) {
        let first = KafkaSimulation.run(seed: seed)
        let second = KafkaSimulation.run(seed: seed)
        #expect(first.trace == second.trace)
        #expect(first.events == second.events)
    }

    @Test("A planted bug is found", arguments: KafkaSimulation.defects)
    func defects(defect: String) {
        let sweep = SeedSweep.run(seeds: 1..<1001, stopAtFirstFailure: true) {
            KafkaSimulation.run(seed: $0, defect: defect)
        }
        #expect(!sweep.failures.isEmpty, "\(defect) was not found in \(sweep.seeds) seeds")
    }
}
