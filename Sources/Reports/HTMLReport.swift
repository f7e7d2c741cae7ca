// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import Verification

/// The verdict as a page of its own: no scripts, nothing from elsewhere, and well-formed as XML too.
public struct HTMLReport: Sendable {
    /// How many findings are listed; the rest are counted.
    private static let findingsMax = 200

    private let verdict: Verdict
    /// The findings, those that the promise does not allow first, each with the pod that led its partition.
    private let listed: [(finding: Finding, pod: String?)]

    /// A page about a verdict.
    /// - Parameter pod: Names the pod that led a partition at a time, where that is known.
    public init(_ verdict: Verdict, pod: (Int32, Int64) -> String?) {
        self.verdict = verdict
        let sorted = verdict.violations + verdict.findings.filter { verdict.allowed.contains($0.kind) }
        self.listed = sorted.prefix(Self.findingsMax).map { ($0, pod($0.partition, $0.time)) }
    }

    /// The page.
    public var page: String {
        let title = Markup.escaped("\(self.verdict.result.rawValue): \(self.verdict.trial)")
        let sections = [
            self.head, self.timeline, self.figures, self.expectations, self.replacements, self.findings, self.stages,
        ]
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>\(title)</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    // MARK: - Sections

    private var head: String {
        let verdict = self.verdict
        let word = verdict.result.rawValue
        let errors = verdict.errors.map { Markup.element("p", "Could not judge: \($0)", attributes: "class=\"bad\"") }
        return """
            <h1><span class="\(word)">\(word.uppercased())</span> \(Markup.escaped(verdict.trial))</h1>
            \(Markup.element("p", "Promise \(verdict.promise), seed \(verdict.seed), run \(verdict.run)."))
            """ + errors.map { "\n" + $0 }.joined()
    }

    private var timeline: String {
        guard let availability = self.verdict.availability, !availability.partitions.isEmpty else { return "" }
        let chart = TimelineChart(availability, self.verdict.rollout)
        let words =
            "A red stretch is a window in which a partition acknowledged nothing within "
            + "\(Figures.milliseconds(availability.objective)); nothing shorter than "
            + "\(Figures.milliseconds(availability.resolution)) can be seen. Below, each pod from its deletion until its "
            + "successor was ready."
        return self.section("Availability during the change", chart.svg + "\n" + Markup.element("p", words))
    }

    private var figures: String {
        let (verdict, counts) = (self.verdict, self.verdict.messages)
        var rows = [
            ("sent", "\(counts.sent)"), ("acknowledged", "\(counts.acknowledged)"), ("unknown", "\(counts.unknown)"),
            ("refused", "\(counts.refused)"), ("delivered", "\(counts.delivered)"),
            ("delivered again", "\(counts.redelivered)"), ("retriable errors", "\(counts.retriableErrors)"),
            ("leadership moved", "\(verdict.leaderChanges) times"),
        ]
        if let availability = verdict.availability {
            rows.append(("available", Figures.percent(availability.overall) + " of partition time"))
            rows.append(("some partition unavailable", Figures.seconds(availability.anyDown)))
            rows.append(("all partitions unavailable", Figures.seconds(availability.allDown)))
            rows.append(("longest window", Figures.seconds(availability.longestWindow)))
            let gap = Figures.seconds(availability.longestAcknowledgementGap)
            rows.append(("longest time without an acknowledgement", gap))
        }
        for (name, duration) in verdict.acknowledgement.sorted(by: { $0.key < $1.key }) {
            rows.append(("time to acknowledgement, \(name)", Figures.milliseconds(duration)))
        }
        for (name, duration) in verdict.schedulingLag.sorted(by: { $0.key < $1.key }) {
            rows.append(("the harness's own lag, \(name)", Figures.milliseconds(duration)))
        }
        rows.append(("disruption budget exceeded", "\(verdict.budgetExceededPodSeconds) pod-seconds"))
        return self.section("Figures", self.table(rows.map { [$0.0, $0.1] }))
    }

    private var expectations: String {
        let kinds = FindingKind.allCases.map { kind -> [String] in
            let count = self.verdict.messages.findings[kind] ?? 0
            let allowed = count > 0 && self.verdict.allowed.contains(kind)
            return [
                count == 0 || allowed ? "✓" : "✗", "no message is \(kind.rawValue)",
                allowed ? "\(count), allowed" : "\(count)",
            ]
        }
        let others = self.verdict.expectations.map { [$0.holds ? "✓" : "✗", $0.name, $0.found] }
        return self.section("Promised and expected", self.table(kinds + others))
    }

    private var replacements: String {
        guard let rollout = self.verdict.rollout, !rollout.replacements.isEmpty else { return "" }
        func seconds(_ from: Int64?, _ to: Int64?) -> String {
            guard let from, let to else { return "–" }
            return Figures.seconds(.nanoseconds(to - from))
        }
        let rows = rollout.replacements.map {
            [
                $0.pod, seconds($0.deleted, $0.gone), seconds($0.gone, $0.created), seconds($0.created, $0.ready),
                seconds($0.deleted, $0.ready),
            ]
        }
        let heads = ["pod", "terminating", "until created", "until ready", "in all"]
        return self.section("Rollout, \(Figures.seconds(self.verdict.rolloutDuration))", self.table(rows, heads: heads))
    }

    private var findings: String {
        let verdict = self.verdict
        guard !verdict.findings.isEmpty else { return "" }
        let rows = self.listed.map { finding, pod in
            [
                finding.kind.rawValue + (verdict.allowed.contains(finding.kind) ? " (allowed)" : ""),
                "\(finding.partition)", finding.offset.map(String.init) ?? "–", pod ?? "–", finding.because,
            ]
        }
        let rest = verdict.findings.count - rows.count
        let more = rest > 0 ? "\n" + Markup.element("p", "… and \(rest) more, in findings.txt.") : ""
        let heads = ["kind", "partition", "offset", "led by", "why"]
        return self.section("Findings", self.table(rows, heads: heads) + more)
    }

    private var stages: String {
        let rows = self.verdict.stages.map { [$0.name, Figures.seconds($0.duration)] }
        return self.section("Time, \(Figures.seconds(self.verdict.duration)) in all", self.table(rows))
    }

    // MARK: - Parts

    private func section(_ title: String, _ contents: String) -> String {
        "<section>\n\(Markup.element("h2", title))\n\(contents)\n</section>"
    }

    private func table(_ rows: [[String]], heads: [String] = []) -> String {
        let head = heads.map { Markup.element("th", $0) }.joined()
        let lines = rows.map { row in "<tr>" + row.map { Markup.element("td", $0) }.joined() + "</tr>" }
        return "<table>\n" + (head.isEmpty ? "" : "<tr>\(head)</tr>\n") + lines.map { $0 + "\n" }.joined() + "</table>"
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8886; --good: #2a9d5c; --bad: #d64545; --wait: #d9a13b; }
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
        h1 span { padding: 0 .5rem; border-radius: .3rem; color: #fff; }
        .pass { background: var(--good); } .fail { background: var(--bad); } .error { background: var(--wait); }
        .bad { color: var(--bad); }
        table { border-collapse: collapse; } td, th { padding: .15rem .9rem .15rem 0; text-align: left; }
        tr { border-bottom: 1px solid var(--line); } td { vertical-align: top; font-variant-numeric: tabular-nums; }
        svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
        """
}
