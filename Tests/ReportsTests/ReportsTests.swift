// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Reports
import Synchronization
import Testing
import Verification

@Suite("Reports")
struct ReportsTests {
    private static func verdict(_ adjust: (inout Verdict) -> Void) -> Verdict {
        var verdict = Verdict(trial: "roll <kafka>", run: RunID(high: 1, low: 2), seed: 7, result: .error)
        verdict.promise = "safe"
        adjust(&verdict)
        verdict.settle()
        return verdict
    }

    private static let lost = Finding(
        .lost,
        partition: 3,
        offset: 12,
        witnesses: [MessageID(producer: 1, partition: 3, sequence: 9)],
        time: 5,
        because: "it is \"gone\" & nobody knows why"
    )

    @Test("Findings and expectations decide, and missing evidence is never a pass")
    func results() {
        #expect(Self.verdict { _ in }.result == .pass)
        #expect(Self.verdict { $0.findings = [Self.lost] }.result == .fail)
        #expect(Self.verdict { $0.expectations = [.init(name: "x", holds: false, found: "y")] }.result == .fail)
        #expect(Self.verdict { $0.errors = ["a file is missing"] }.result == .error)
        let tolerated = Self.verdict {
            $0.findings = [Self.lost]
            $0.allowed = [.lost]
        }
        #expect(tolerated.result == .pass)
    }

    @Test("What a promise allows is shown, and named so")
    func allowedFindings() {
        let verdict = Self.verdict {
            $0.findings = [Self.lost]
            $0.allowed = [.lost]
            $0.messages.sent = 1
            $0.messages.findings[.lost] = 1
        }
        let text = TerminalReport(colours: false).lines(verdict).joined(separator: "\n")
        #expect(text.hasPrefix("PASS roll <kafka>"))
        #expect(text.contains("1 lost-allowed"))
        #expect(text.contains("lost: it is \"gone\""))
    }

    @Test("JUnit counts cases and failures and escapes what XML needs")
    func junit() {
        let xml = JUnitReport.xml([Self.verdict { $0.findings = [Self.lost] }])
        #expect(
            xml.contains(
                "<testsuite name=\"roll &lt;kafka&gt;\" tests=\"\(FindingKind.allCases.count)\" failures=\"1\" errors=\"0\""
            )
        )
        #expect(xml.contains("<failure message=\"it is &quot;gone&quot; &amp; nobody knows why\"/>"))
    }

    @Test("A line per finding, with what a person greps for")
    func findings() {
        let lines = FindingsReport.lines([Self.lost]) { partition, _ in partition == 3 ? "kafka-1" : nil }
        #expect(
            lines == [
                "lost producer=1 partition=3 sequence=9 offset=12 pod=kafka-1 it is \"gone\" & nobody knows why"
            ]
        )
    }

    @Test("Progress changes in place on a terminal only")
    func progress() {
        for (isTerminal, expected) in [(true, "\r\u{1b}[K  1\r\u{1b}[K  2\r\u{1b}[Kdone\n"), (false, "done\n")] {
            let text = Mutex("")
            let progress = LiveProgress(isTerminal: isTerminal) { part in text.withLock { $0 += part } }
            progress.status("1")
            progress.status("1")
            progress.status("2")
            progress.line("done")
            #expect(text.withLock { $0 } == expected)
        }
    }
}
