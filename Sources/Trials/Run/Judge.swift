// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Verification
import Workload

/// Makes a verdict of what a trial gathered. It does nothing to the cluster and reads no clock.
struct Judge {
    let trial: Trial
    let evidence: Evidence
    let events: [ClusterEvent]

    /// The findings that a promise allows.
    static func allowed(by promise: Trial.Promise) -> Set<FindingKind> {
        switch promise {
        case .safe: []
        // One acknowledgement, unclean election and no idempotence: messages may go, come twice and change places.
        // A reader may have been handed what then went, and miss what came in its place.
        case .asPublished: [.lost, .duplicate, .reordered, .divergent, .skipped]
        }
    }

    /// Fills a verdict in.
    func judge(_ history: History, into verdict: inout Verdict) {
        let ledger = Ledger(history, hasGroup: self.trial.load.consumers > 0)
        let result = Checks.run(ledger)
        verdict.promise = self.trial.promise.rawValue
        verdict.allowed = Self.allowed(by: self.trial.promise)
        verdict.errors += result.errors
        verdict.findings = result.findings
        verdict.messages = ledger.counts(result.findings)
        verdict.messages.retriableErrors = self.evidence.retriableErrors.values.reduce(0, +)
        if self.evidence.load != nil, verdict.messages.acknowledged == 0 {
            verdict.errors.append("no message was acknowledged, so nothing was tried")
        }
        verdict.errors += self.evidence.failures.map { "a client gave up: \($0)" }
        guard let load = self.evidence.load else { return }
        let change = self.evidence.change ?? load
        let latencies = ledger.acknowledgementLatencies(span: load)
        for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
            verdict.acknowledgement[name] = latencies.quantile(share)
        }
        verdict.acknowledgement["max"] = latencies.max
        let lag = ledger.schedulingLag(span: load)
        verdict.schedulingLag["p99"] = lag.quantile(0.99)
        verdict.schedulingLag["max"] = lag.max
        verdict.availability = Availability(ledger, span: change)
        let leadership = LeadershipFacts(self.events, topic: self.trial.topic.name)
        verdict.leaderChanges = leadership.moves(in: change)
        let budget = BudgetCheck(self.events, span: change)
        verdict.budgetExceededPodSeconds = budget.exceededPodSeconds
        if let target = self.rolledSet {
            verdict.rollout = RolloutFacts(
                self.events,
                set: target.name,
                namespace: target.namespace,
                since: change.lowerBound
            )
            verdict.rolloutDuration = .nanoseconds(change.upperBound - change.lowerBound)
        }
        verdict.expectations =
            self.expectations(ledger, leadership, budget, verdict)
            + self.faultExpectations(ledger, verdict.rollout, end: change.upperBound)
    }

    /// The StatefulSet that the trial rolls, by its first rollout step.
    private var rolledSet: Trial.Target? {
        self.trial.rolledSet
    }

    // MARK: - Expectations

    private func expectations(
        _ ledger: Ledger,
        _ leadership: LeadershipFacts,
        _ budget: BudgetCheck,
        _ verdict: Verdict
    ) -> [Verdict.Expectation] {
        let wanted = self.trial.expectations
        guard let load = self.evidence.load else { return [] }
        let change = self.evidence.change ?? load
        var result: [Verdict.Expectation] = []
        func expect(_ name: String, _ holds: Bool, _ found: String) {
            result.append(Verdict.Expectation(name: name, holds: holds, found: found))
        }
        if !wanted.order.isEmpty {
            let order = verdict.rollout?.order ?? []
            expect(
                "pods are replaced in the order \(wanted.order.joined(separator: ", "))",
                order == wanted.order,
                order.isEmpty ? "none was replaced" : order.joined(separator: ", ")
            )
            let impatient = verdict.rollout?.impatient ?? []
            let unready = (verdict.rollout?.replacements ?? []).filter { $0.ready == nil }.map(\.pod)
            expect(
                "each is ready before the next goes",
                impatient.isEmpty && unready.isEmpty,
                impatient.isEmpty && unready.isEmpty
                    ? "all were"
                    : (impatient.map { "\($0) went too early" } + unready.map { "\($0) never was" })
                        .joined(separator: ", ")
            )
        }
        if self.trial.load.consumers > 0 {
            let lag = self.evidence.lag.sorted { $0.key < $1.key }.map { "partition \($0.key) by \($0.value)" }
            expect(
                "the group catches up with what was acknowledged",
                lag.isEmpty,
                lag.isEmpty ? "it did" : "it stayed behind: " + lag.joined(separator: ", ")
            )
        }
        if let share = wanted.acknowledgedShare {
            let expected =
                Double(self.trial.load.rate) * Duration.nanoseconds(load.upperBound - load.lowerBound).seconds
            let found = Double(verdict.messages.acknowledged) / max(1, expected)
            expect(
                "at least \(share) of rate × time is acknowledged",
                found >= share,
                "\(verdict.messages.acknowledged) of \(Int(expected)), \((found * 1000).rounded() / 1000)"
            )
        }
        if let least = wanted.acknowledgedPerPartition {
            var counts: [Int32: Int] = [:]
            for id in ledger.sentIDs {
                guard let send = ledger.sends[id], send.outcome == .ok, let completed = send.completed,
                    change.contains(completed)
                else { continue }
                counts[id.partition, default: 0] += 1
            }
            let fewest = (0..<Int32(self.trial.topic.partitions)).map { counts[$0] ?? 0 }.min() ?? 0
            expect(
                "at least \(least) acknowledgements on each partition during the change",
                fewest >= least,
                "the fewest were \(fewest)"
            )
        }
        if wanted.everyPartitionMoves {
            let moved = leadership.movedPartitions(in: change)
            expect(
                "every partition changes its leader",
                moved.count == self.trial.topic.partitions,
                "\(moved.count) of \(self.trial.topic.partitions) did"
            )
        }
        if let least = wanted.retriableErrors {
            let found = verdict.messages.retriableErrors
            let kinds = self.evidence.retriableErrors.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
            expect(
                "clients meet at least \(least) retriable errors",
                found >= least,
                found == 0 ? "none" : kinds.joined(separator: ", ")
            )
        }
        let replaced = Set(verdict.rollout?.order ?? [])
        if wanted.controllerRolled {
            let pod = self.evidence.controllerPod
            expect(
                "the controller's broker is among those replaced",
                pod.map(replaced.contains) ?? false,
                pod.map { "it was \($0)" } ?? "it is not known"
            )
        }
        if wanted.coordinatorRolled {
            let pod = self.evidence.coordinatorPod
            expect(
                "the group coordinator's broker is among those replaced",
                pod.map(replaced.contains) ?? false,
                pod.map { "it was \($0)" } ?? "it is not known"
            )
        }
        if let most = wanted.budgetExceeded {
            let breach = budget.breaches.first.map {
                "; first by taking \($0.pod) down with \($0.healthy) of \($0.desired) healthy"
            }
            expect(
                "budgets are exceeded by at most \(most) pod-seconds",
                budget.exceededPodSeconds <= most,
                "\(budget.exceededPodSeconds) over \(budget.budgets.count) budgets\(breach ?? "")"
            )
        }
        if let most = wanted.unavailability, let availability = verdict.availability {
            let found = availability.longestAcknowledgementGap
            expect("no partition is without an acknowledgement for longer than \(most)", found <= most, "\(found)")
        }
        return result
    }
}
