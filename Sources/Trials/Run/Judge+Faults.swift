// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Verification

extension Judge {
    /// What must hold of kills, revisions and evictions.
    /// - Parameter end: when the last step was done, in CLOCK_MONOTONIC nanoseconds.
    func faultExpectations(_ ledger: Ledger, _ rollout: RolloutFacts?, end: Int64) -> [Verdict.Expectation] {
        let wanted = self.trial.expectations
        var result: [Verdict.Expectation] = []
        if let recovery = wanted.recovery { result.append(self.recovers(recovery, ledger, end: end)) }
        if let pods = wanted.replaced {
            let found = Set(rollout?.order ?? [])
            result.append(
                Verdict.Expectation(
                    name: pods.isEmpty ? "no pod is replaced" : "of the set just \(Self.list(pods)) are replaced",
                    holds: found == Set(pods),
                    found: found.isEmpty ? "none was" : Self.list(rollout?.order ?? [])
                )
            )
        }
        if let pods = wanted.updated {
            let found = self.evidence.updatedPods
            result.append(
                Verdict.Expectation(
                    name: pods.isEmpty
                        ? "no pod is of the newest revision"
                        : "the newest revision is that of \(Self.list(pods)) alone",
                    holds: found == pods.sorted(),
                    found: found.isEmpty ? "none is" : Self.list(found)
                )
            )
        }
        if let least = wanted.evictionsRefused {
            let found = self.evidence.evictionsRefused
            result.append(
                Verdict.Expectation(
                    name: "a budget refuses at least \(least) evictions",
                    holds: found >= least,
                    found: "\(found)"
                )
            )
        }
        return result
    }

    /// Every kill with its own allowance: what a broker's session and the kubelet's back-off take, and the margin.
    private func recovers(
        _ wanted: Trial.Expectations.Recovery,
        _ ledger: Ledger,
        end: Int64
    ) -> Verdict.Expectation {
        let kills = Verification.Recovery(ledger, self.events, end: end).kills
        let late = kills.filter { $0.silence > wanted.sessionTimeout + $0.backOff + wanted.margin }
        let longest = kills.max { $0.silence < $1.silence }
        let told = late.isEmpty ? [longest].compactMap { $0 } : late
        return Verdict.Expectation(
            name: "after each kill every partition acknowledges within \(wanted.sessionTimeout) + back-off + "
                + "\(wanted.margin)",
            holds: late.isEmpty && !kills.isEmpty,
            found: kills.isEmpty
                ? "nothing was killed"
                : "\(kills.count) kills, " + (late.isEmpty ? "the longest silence: " : "too late: ")
                    + Self.list(
                        told.map {
                            "\($0.silence) on partition \($0.partition) after \($0.pod), back-off \($0.backOff)"
                        }
                    )
        )
    }

    private static func list(_ words: [String]) -> String { words.joined(separator: ", ") }
}
