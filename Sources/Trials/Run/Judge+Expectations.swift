// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Verification

extension Judge {
    /// In which order pods were replaced, and whether each was ready before the next went.
    func rolloutExpectations(_ verdict: Verdict) -> [Verdict.Expectation] {
        let wanted = self.trial.expectations.order
        guard !wanted.isEmpty else { return [] }
        let order = verdict.rollout?.order ?? []
        let early = (verdict.rollout?.impatient ?? []).map { "\($0) went too early" }
        let unready = (verdict.rollout?.replacements ?? []).filter { $0.ready == nil }.map { "\($0.pod) never was" }
        return [
            Verdict.Expectation(
                name: "pods are replaced in the order \(wanted.joined(separator: ", "))",
                holds: order == wanted,
                found: order.isEmpty ? "none was replaced" : order.joined(separator: ", ")
            ),
            Verdict.Expectation(
                name: "each is ready before the next goes",
                holds: early.isEmpty && unready.isEmpty,
                found: early.isEmpty && unready.isEmpty ? "all were" : (early + unready).joined(separator: ", ")
            ),
        ]
    }

    /// What became of the load: whether enough was acknowledged, in time, and read.
    func loadExpectations(
        _ ledger: Ledger,
        _ verdict: Verdict,
        load: ClosedRange<Int64>,
        change: ClosedRange<Int64>
    ) -> [Verdict.Expectation] {
        let wanted = self.trial.expectations
        var result: [Verdict.Expectation] = []
        if self.trial.load.consumers > 0 {
            let lag = self.evidence.lag.sorted { $0.key < $1.key }.map { "partition \($0.key) by \($0.value)" }
            result.append(
                Verdict.Expectation(
                    name: "the group catches up with what was acknowledged",
                    holds: lag.isEmpty,
                    found: lag.isEmpty ? "it did" : "it stayed behind: " + lag.joined(separator: ", ")
                )
            )
        }
        if let share = wanted.acknowledgedShare {
            let length = Duration.nanoseconds(load.upperBound - load.lowerBound).seconds
            let expected = Double(self.trial.load.rate) * length
            let found = Double(verdict.messages.acknowledged) / max(1, expected)
            result.append(
                Verdict.Expectation(
                    name: "at least \(share) of rate × time is acknowledged",
                    holds: found >= share,
                    found: "\(verdict.messages.acknowledged) of \(Int(expected)), \((found * 1000).rounded() / 1000)"
                )
            )
        }
        if let least = wanted.acknowledgedPerPartition {
            let fewest = self.fewestAcknowledgements(ledger, in: change)
            result.append(
                Verdict.Expectation(
                    name: "at least \(least) acknowledgements on each partition during the change",
                    holds: fewest >= least,
                    found: "the fewest were \(fewest)"
                )
            )
        }
        if let least = wanted.retriableErrors {
            let found = verdict.messages.retriableErrors
            let kinds = self.evidence.retriableErrors.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            result.append(
                Verdict.Expectation(
                    name: "clients meet at least \(least) retriable errors",
                    holds: found >= least,
                    found: found == 0 ? "none" : kinds.joined(separator: ", ")
                )
            )
        }
        if let most = wanted.unavailability, let found = verdict.availability?.longestAcknowledgementGap {
            result.append(
                Verdict.Expectation(
                    name: "no partition is without an acknowledgement for longer than \(most)",
                    holds: found <= most,
                    found: "\(found)"
                )
            )
        }
        return result
    }

    private func fewestAcknowledgements(_ ledger: Ledger, in span: ClosedRange<Int64>) -> Int {
        var counts: [Int32: Int] = [:]
        for id in ledger.sentIDs {
            guard let send = ledger.sends[id], send.outcome == .ok, let completed = send.completed,
                span.contains(completed)
            else { continue }
            counts[id.partition, default: 0] += 1
        }
        return (0..<Int32(self.trial.topic.partitions)).map { counts[$0] ?? 0 }.min() ?? 0
    }

    /// Whom the change met: leaders, the controller, the coordinator, the disruption budgets.
    func clusterExpectations(
        _ verdict: Verdict,
        _ leadership: LeadershipFacts,
        _ budget: BudgetCheck,
        change: ClosedRange<Int64>
    ) -> [Verdict.Expectation] {
        let wanted = self.trial.expectations
        var result: [Verdict.Expectation] = []
        if wanted.everyPartitionMoves {
            let (moved, all) = (leadership.movedPartitions(in: change).count, self.trial.topic.partitions)
            result.append(
                Verdict.Expectation(
                    name: "every partition changes its leader",
                    holds: moved == all,
                    found: "\(moved) of \(all) did"
                )
            )
        }
        let replaced = Set(verdict.rollout?.order ?? [])
        func rolled(_ who: String, _ pod: String?) -> Verdict.Expectation {
            Verdict.Expectation(
                name: "\(who) is among those replaced",
                holds: pod.map(replaced.contains) ?? false,
                found: pod.map { "it was \($0)" } ?? "it is not known"
            )
        }
        if wanted.controllerRolled { result.append(rolled("the controller's broker", self.evidence.controllerPod)) }
        if wanted.coordinatorRolled {
            result.append(rolled("the group coordinator's broker", self.evidence.coordinatorPod))
        }
        if let most = wanted.budgetExceeded {
            let breach = budget.breaches.first.map {
                "; first by taking \($0.pod) down with \($0.healthy) of \($0.desired) healthy"
            }
            result.append(
                Verdict.Expectation(
                    name: "budgets are exceeded by at most \(most) pod-seconds",
                    holds: budget.exceededPodSeconds <= most,
                    found: "\(budget.exceededPodSeconds) over \(budget.budgets.count) budgets\(breach ?? "")"
                )
            )
        }
        return result
    }
}
