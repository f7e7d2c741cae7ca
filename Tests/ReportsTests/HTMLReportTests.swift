// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Reports
import Testing
import Verification

@Suite("The report as a page")
struct HTMLReportTests {
    private static let second: Int64 = 1_000_000_000

    /// Partition 0 is acknowledged every 100 ms but for one second; partition 1 all the time.
    private static func verdict() -> Verdict {
        var edges: [Edge] = []
        for step in 0..<50 {
            let time = Int64(step) * Self.second / 10
            for partition in [Int32(0), 1] {
                let id = MessageID(producer: 1, partition: partition, sequence: Int64(step))
                edges.append(Edge(.send, .invoke, client: 1, message: id, time: time, scheduled: time))
                guard partition == 1 || !(20..<30).contains(step) else { continue }
                edges.append(Edge(.send, .complete, outcome: .ok, client: 1, message: id, time: time + 1, offset: 0))
            }
        }
        var verdict = Verdict(trial: "<b>roll</b> & \"go\"", run: RunID(high: 1, low: 2), seed: 7, result: .error)
        verdict.promise = "safe"
        verdict.availability = Availability(Ledger(History(edges: edges)), span: 0...(5 * Self.second))
        verdict.findings = [
            Finding(.lost, partition: 3, offset: 12, witnesses: [], time: 5, because: "<script>alert(1)</script>")
        ]
        verdict.messages.findings[.lost] = 1
        verdict.expectations = [.init(name: "pods go in order", holds: false, found: "they did not")]
        verdict.stages = [.init(name: "deploy", duration: .seconds(2))]
        verdict.settle()
        return verdict
    }

    @Test("It is well-formed, and everything that is told is text")
    func wellFormed() {
        let page = HTMLReport(Self.verdict()) { partition, _ in "kafka-\(partition)" }.page
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(!page.contains("<script") && !page.contains("<b>") && !page.contains("http://"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(page.contains("<td>kafka-3</td>") && page.contains("<td>they did not</td>"))
        var open: [Substring] = []
        for match in page.matches(of: /<(\/?)([a-z0-9]+)([^<>]*)>/) where !match.output.3.hasSuffix("/") {
            if match.output.1.isEmpty { open.append(match.output.2) } else { #expect(open.popLast() == match.output.2) }
        }
        #expect(open == [])
    }

    @Test("Each partition has a bar, and each window of unavailability is marked in it")
    func timeline() {
        let page = HTMLReport(Self.verdict()) { _, _ in nil }.page
        #expect(page.contains(">partition 0</text>") && page.contains(">partition 1</text>"))
        #expect(page.components(separatedBy: "fill=\"var(--good)\"").count == 3)
        #expect(page.components(separatedBy: "fill=\"var(--bad)\"").count == 2)
        // One of five seconds: a fifth of the 790 units behind the labels, from two fifths on.
        #expect(page.contains("<rect x=\"426.0\" y=\"0\" width=\"158.0\""))
        #expect(page.contains("<title>1.00 s, 10 messages</title>"))
    }

    @Test("Without evidence there is still a page that says why")
    func empty() {
        var verdict = Verdict(trial: "none", run: RunID(high: 1, low: 2), seed: 7, result: .error)
        verdict.errors = ["the cluster did not come up"]
        let page = HTMLReport(verdict) { _, _ in nil }.page
        #expect(page.contains("Could not judge: the cluster did not come up") && !page.contains("<svg"))
    }
}
