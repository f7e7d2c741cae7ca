// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Simulation

/// A simulation by the name of its machine, with a planted defect if one is asked for.
struct MachineSimulation: Sendable {
    let run: @Sendable (_ seed: UInt64) -> SimulationReport

    /// - Throws: when the defect is not one of the machine's, with those that are.
    init(_ machine: SimulateCommand.Machine, members: Int, defect name: String?) throws {
        switch machine {
        case .statefulset:
            let defect = try Self.defect(name, StatefulSetSimulation.Defect.allCases)
            self.run = { StatefulSetSimulation.run(seed: $0, defect: defect) }
        case .disruption:
            let defect = try Self.defect(name, DisruptionSimulation.Defect.allCases)
            self.run = { DisruptionSimulation.run(seed: $0, defect: defect) }
        case .zookeeper:
            try Self.check(name, among: ZooKeeperSimulation.defects)
            self.run = { ZooKeeperSimulation.run(seed: $0, members: members, defect: name) }
        case .kafka:
            try Self.check(name, among: KafkaSimulation.defects)
            self.run = { KafkaSimulation.run(seed: $0, defect: name) }
        }
    }

    private static func defect<Defect: RawRepresentable<String>>(
        _ name: String?,
        _ known: [Defect]
    ) throws -> Defect? {
        try self.check(name, among: known.map(\.rawValue))
        return name.flatMap(Defect.init(rawValue:))
    }

    private static func check(_ name: String?, among known: [String]) throws {
        guard let name, !known.contains(name) else { return }
        throw ValidationError("--defect: \(name) is not planted here; there are \(known.joined(separator: ", "))")
    }
}
