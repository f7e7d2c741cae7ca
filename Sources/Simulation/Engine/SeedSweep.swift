// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Many seeds of one simulation, run on all cores, and what they saw together.
public struct SeedSweep: Sendable {
    /// How many seeds ran.
    public var seeds: Int = 0
    /// Events over all seeds.
    public var events: Int = 0
    /// In how many seeds each probe was reached, by name.
    public var seedsByProbe: [String: Int] = [:]
    /// The failures, by ascending seed.
    public var failures: [SimulationReport] = []

    /// Runs `body` for each seed.
    ///
    /// - Parameters:
    ///   - stopAtFirstFailure: for planted defects, of which one finding is proof enough.
    ///   - body: runs one seed from its beginning to its end; called on several threads at once.
    public static func run(
        seeds: Range<UInt64>,
        stopAtFirstFailure: Bool = false,
        body: @Sendable @escaping (UInt64) -> SimulationReport
    ) -> SeedSweep {
        let sweep = Mutex(SeedSweep())
        DispatchQueue.concurrentPerform(iterations: seeds.count) { index in
            if stopAtFirstFailure, sweep.withLock({ !$0.failures.isEmpty }) { return }
            let report = body(seeds.lowerBound + UInt64(index))
            sweep.withLock { $0.add(report) }
        }
        return sweep.withLock { $0 }
    }

    private mutating func add(_ report: SimulationReport) {
        self.seeds += 1
        self.events += report.events
        for (name, count) in report.probes where count > 0 {
            self.seedsByProbe[name, default: 0] += 1
        }
        if report.failure != nil {
            let index = self.failures.firstIndex { $0.seed > report.seed } ?? self.failures.endIndex
            self.failures.insert(report, at: index)
        }
    }

    /// The share of the seeds (0…1) in which the probe of that name was reached.
    public func share(of probe: String) -> Double {
        self.seeds == 0 ? 0 : Double(self.seedsByProbe[probe] ?? 0) / Double(self.seeds)
    }

    /// A line a probe, sorted by name: `elections  87 %`.
    public var summary: String {
        let width = self.seedsByProbe.keys.map(\.count).max() ?? 0
        let lines = self.seedsByProbe.keys.sorted().map { name in
            let padding = String(repeating: " ", count: width - name.count)
            return "  \(name)\(padding)  \(Int((self.share(of: name) * 100).rounded())) % of the seeds"
        }
        return (["\(self.seeds) seeds, \(self.events) events, \(self.failures.count) failed"] + lines)
            .joined(separator: "\n")
    }
}
