// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Determinism
import Foundation
import Simulation

/// `seatrial simulate MACHINE --seed N`: runs seeds of a machine's simulation and says what they saw.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs state machines in virtual time, from a seed, with crashes and broken connections."
    )

    /// The machines that can be simulated.
    enum Machine: String, ExpressibleByArgument, CaseIterable {
        case zookeeper
        case kafka
        case statefulset
        case disruption
        case daemonset
    }

    @Argument(help: "What to simulate: \(Machine.allCases.map(\.rawValue).joined(separator: ", ")).")
    var machine: Machine

    @Option(help: "The seed that the run follows from; the first of several with --seeds.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds to run, one after the other.")
    var seeds: UInt64 = 1

    @Option(help: "Members of the ZooKeeper ensemble.")
    var members = 3

    @Option(help: ArgumentHelp("Plant this defect and expect it to be found.", visibility: .hidden))
    var defect: String?

    @Flag(help: "Print everything that happens, for one seed.")
    var log = false

    @Flag(help: "Run each seed twice and compare the traces.")
    var checkDeterminism = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Plant these defects in turn; each must be found within the seeds.", visibility: .hidden)
    )
    var planted: [String] = []

    @Option(
        name: .customLong("require"),
        help: "A probe that at least 30 % of the seeds must reach, by name; may be given several times."
    )
    var required: [String] = []

    @Flag(help: ArgumentHelp("Name the defects that can be planted.", visibility: .hidden))
    var listDefects = false

    /// The share of the seeds that a required probe must reach.
    private static let requiredShare = 0.3
    /// How many failures are told beside the first.
    private static let failuresToldMax = 10

    func validate() throws {
        guard (1...9).contains(self.members) else { throw ValidationError("--members: expected 1 to 9") }
        guard self.seeds >= 1, !self.seed.addingReportingOverflow(self.seeds).overflow else {
            throw ValidationError("--seeds: expected at least 1")
        }
        guard !self.log || self.seeds == 1 else { throw ValidationError("--log: expected one seed") }
    }

    func run() async throws {
        if self.listDefects {
            print(MachineSimulation.defects(of: self.machine).joined(separator: " "))
            return
        }
        if !self.planted.isEmpty {
            try self.findDefects()
            return
        }
        let simulation = try MachineSimulation(self.machine, members: self.members, defect: self.defect)
        let sweep = SeedSweep.run(seeds: self.seed..<self.seed + self.seeds) { seed in
            let report = simulation.run(seed, self.log ? { print($0) } : nil)
            guard self.checkDeterminism, simulation.run(seed, nil).trace != report.trace else { return report }
            var differing = report
            differing.failure = .init(kind: .safety, at: report.end, event: report.events, because: "two runs differ")
            return differing
        }
        if self.seeds == 1 {
            let report = simulation.run(self.seed, nil)
            print("seed \(self.seed): \(report.events) events, \(report.end) of virtual time, trace \(report.trace)")
        }
        print(sweep.summary)
        for probe in self.required where sweep.share(of: probe) < Self.requiredShare {
            print("FAIL \(probe) was reached by \(Int(sweep.share(of: probe) * 100)) % of the seeds, not by 30 %")
            throw ExitCode(1)
        }
        guard let first = sweep.failures.first, let failure = first.failure else { return }
        for report in sweep.failures.dropFirst().prefix(Self.failuresToldMax) {
            print("also seed \(report.seed): \(report.failure?.because ?? "")")
        }
        print("FAIL \(failure.kind.rawValue) at \(failure.at), event \(failure.event): \(failure.because)")
        print("repeat: seatrial simulate \(self.machine.rawValue) --seed \(first.seed)\(self.repeatOptions)")
        throw ExitCode(failure.kind == .safety ? 4 : 5)
    }

    private func findDefects() throws {
        for defect in self.planted {
            let simulation = try MachineSimulation(self.machine, members: self.members, defect: defect)
            let sweep = SeedSweep.run(
                seeds: self.seed..<self.seed + self.seeds,
                stopAtFirstFailure: true
            ) { simulation.run($0, nil) }
            guard let first = sweep.failures.first, let failure = first.failure else {
                print("FAIL the defect \(defect) was found by none of \(self.seeds) seeds")
                throw ExitCode(4)
            }
            print("found \(defect) with seed \(first.seed): \(failure.because)")
        }
    }

    private var repeatOptions: String {
        let members = self.machine == .zookeeper && self.members != 3 ? " --members \(self.members)" : ""
        return members + (self.defect.map { " --defect \($0)" } ?? "")
    }
}
