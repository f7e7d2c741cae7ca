// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Simulation

/// A simulation by the name of its machine, with a planted defect if one is asked for.
struct MachineSimulation: Sendable {
    /// Runs a seed; `log` is given a line for everything that happens.
    let run: @Sendable (_ seed: UInt64, _ log: ((String) -> Void)?) -> SimulationReport

    /// The bugs that can be planted into a machine.
    static func defects(of machine: SimulateCommand.Machine) -> [String] {
        switch machine {
        case .statefulset: StatefulSetSimulation.Defect.allCases.map(\.rawValue)
        case .disruption: DisruptionSimulation.Defect.allCases.map(\.rawValue)
        case .daemonset: DaemonSetSimulation.Defect.allCases.map(\.rawValue)
        case .zookeeper: ZooKeeperSimulation.defects
        case .kafka: KafkaSimulation.defects
        }
    }

    /// - Throws: when the defect is not one of the machine's, with those that are.
    init(_ machine: SimulateCommand.Machine, members: Int, defect name: String?) throws {
        let known = Self.defects(of: machine)
        if let name, !known.contains(name) {
            throw ValidationError("--defect: \(name) is not planted here; there are \(known.joined(separator: ", "))")
        }
        switch machine {
        case .statefulset:
            let defect = name.flatMap(StatefulSetSimulation.Defect.init(rawValue:))
            self.run = { StatefulSetSimulation.run(seed: $0, defect: defect, log: $1) }
        case .disruption:
            let defect = name.flatMap(DisruptionSimulation.Defect.init(rawValue:))
            self.run = { DisruptionSimulation.run(seed: $0, defect: defect, log: $1) }
        case .daemonset:
            let defect = name.flatMap(DaemonSetSimulation.Defect.init(rawValue:))
            self.run = { DaemonSetSimulation.run(seed: $0, defect: defect, log: $1) }
        case .zookeeper:
            self.run = { ZooKeeperSimulation.run(seed: $0, members: members, defect: name, log: $1) }
        case .kafka:
            self.run = { KafkaSimulation.run(seed: $0, defect: name, log: $1) }
        }
    }
}
