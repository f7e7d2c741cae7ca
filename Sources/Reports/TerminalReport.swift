// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import Verification

/// The verdict as a person at a terminal reads it.
public struct TerminalReport: Sendable {
    /// Whether to colour the words that matter; only on a terminal.
    public var colours: Bool
    /// How many findings are listed; the rest are counted.
    private static let findingsMax = 10

    /// A report, in colour or not.
    public init(colours: Bool) {
        self.colours = colours
    }

    /// The report's lines.
    public func lines(_ verdict: Verdict) -> [String] {
        var lines = [self.headline(verdict)]
        lines += verdict.errors.map { "  could not judge: \($0)" }
        lines += self.messages(verdict)
        lines += self.availability(verdict)
        lines += self.rollout(verdict)
        lines += self.expectations(verdict)
        lines += self.findings(verdict)
        if !verdict.stages.isEmpty {
            let stages = verdict.stages.map { "\($0.name) \(Figures.seconds($0.duration))" }.joined(separator: ", ")
            lines.append("time          \(Figures.seconds(verdict.duration)): \(stages)")
        }
        return lines
    }

    private func headline(_ verdict: Verdict) -> String {
        let (word, colour) =
            switch verdict.result {
            case .pass: ("PASS", "32")
            case .fail: ("FAIL", "31")
            case .error: ("ERROR", "33")
            }
        return "\(self.coloured(word, colour)) \(verdict.trial) (promise: \(verdict.promise), seed \(verdict.seed))"
    }

    private func messages(_ verdict: Verdict) -> [String] {
        let counts = verdict.messages
        guard counts.sent > 0 else { return [] }
        let kinds = FindingKind.allCases.map { kind in
            let count = counts.findings[kind] ?? 0
            let text = "\(count) \(kind.rawValue)"
            guard count > 0 else { return text }
            return verdict.allowed.contains(kind) ? "\(text)-allowed" : self.coloured(text, "31")
        }
        return [
            "messages      \(counts.sent) sent, \(counts.acknowledged) acknowledged, \(counts.unknown) unknown, "
                + "\(counts.refused) refused; \(counts.delivered) delivered, \(counts.redelivered) again",
            "judged        " + kinds.joined(separator: ", "),
            "clients       met \(counts.retriableErrors) retriable errors; leadership moved "
                + "\(verdict.leaderChanges) times",
        ]
    }

    private func availability(_ verdict: Verdict) -> [String] {
        guard let availability = verdict.availability else { return [] }
        let worst = availability.partitions.min { ($0.value, $0.key) < ($1.value, $1.key) }
        let objective = Figures.milliseconds(availability.objective)
        var lines = [
            "availability  \(Figures.percent(availability.overall)) of partition time (acknowledged within \(objective), "
                + "resolution \(Figures.milliseconds(availability.resolution)))"
                + (worst.map { "; worst: partition \($0.key) \(Figures.percent($0.value))" } ?? ""),
            "              longest window \(Figures.seconds(availability.longestWindow)) of "
                + "\(availability.windows.count), \(availability.blips) of them of a single message; longest time without an acknowledgement on a partition "
                + Figures.seconds(availability.longestAcknowledgementGap),
        ]
        let quantiles = ["p50", "p99", "max"].compactMap { name in
            verdict.acknowledgement[name].map { "\(name) \(Figures.milliseconds($0))" }
        }
        let lag = verdict.schedulingLag["p99"].map { "; the harness itself lagged \(Figures.milliseconds($0)) (p99)" }
        lines.append("time to ack   " + quantiles.joined(separator: ", ") + (lag ?? ""))
        return lines
    }

    private func rollout(_ verdict: Verdict) -> [String] {
        guard let rollout = verdict.rollout, !rollout.replacements.isEmpty else { return [] }
        let pods = rollout.replacements.map { replacement in
            let end = replacement.ready ?? replacement.created ?? replacement.gone
            return replacement.pod + (end.map { " \(Figures.seconds(.nanoseconds($0 - replacement.deleted)))" } ?? "")
        }
        return [
            "rollout       \(pods.joined(separator: " → ")), \(Figures.seconds(verdict.rolloutDuration)) in all; budget "
                + "exceeded by \(verdict.budgetExceededPodSeconds) pod-seconds"
        ]
    }

    private func expectations(_ verdict: Verdict) -> [String] {
        verdict.expectations.map { expectation in
            let mark = expectation.holds ? self.coloured("✓", "32") : self.coloured("✗", "31")
            return "  \(mark) \(expectation.name): \(expectation.found)"
        }
    }

    private func findings(_ verdict: Verdict) -> [String] {
        let findings = verdict.violations + verdict.findings.filter { verdict.allowed.contains($0.kind) }
        var lines = findings.prefix(Self.findingsMax).map { "  \($0.kind.rawValue): \($0.because)" }
        if findings.count > Self.findingsMax {
            lines.append("  … and \(findings.count - Self.findingsMax) more, in findings.txt")
        }
        return lines
    }

    private func coloured(_ text: String, _ colour: String) -> String {
        self.colours ? "\u{1b}[\(colour)m\(text)\u{1b}[0m" : text
    }
}
