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
            self.rolloutExpectations(verdict) + self.loadExpectations(ledger, verdict, load: load, change: change)
            + self.clusterExpectations(verdict, leadership, budget, change: change)
            + self.faultExpectations(ledger, verdict.rollout, end: change.upperBound)
    }

    /// The StatefulSet that the trial rolls, by its first rollout step.
    private var rolledSet: Trial.Target? {
        self.trial.rolledSet
    }
}
