// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Reports
import Testing
import Verification

@Suite("The summary of many runs")
struct SummaryTableTests {
    private static let lost = Finding(
        .lost,
        partition: 3,
        offset: 12,
        witnesses: [MessageID(producer: 1, partition: 3, sequence: 9)],
        time: 5,
        because: "it is \"gone\" & nobody knows why"
    )

    private static func verdict(_ adjust: (inout Verdict) -> Void) -> Verdict {
        var verdict = Verdict(trial: "roll <kafka>", run: RunID(high: 1, low: 2), seed: 7, result: .error)
        adjust(&verdict)
        verdict.settle()
        return verdict
    }

    @Test("Many runs make a line a trial, and a line for each run that did not pass")
    func summary() {
        let runs = [
            SummaryTable.Run(
                verdict: Self.verdict { $0.stages = [.init(name: "x", duration: .seconds(2))] },
                report: "a"
            ),
            SummaryTable.Run(
                verdict: Self.verdict {
                    $0.findings = [Self.lost]
                    $0.messages.findings[.lost] = 1
                    $0.stages = [.init(name: "x", duration: .seconds(3))]
                },
                report: "b"
            ),
        ]
        #expect(
            SummaryTable.lines(runs) == [
                "trial         runs  passed  lost  longest silence  longest window   time  worst",
                "roll <kafka>     2       1     1                -               -  3.0 s  3.0 s",
                "FAIL roll <kafka>, run 2, seed 7: lost: it is \"gone\" & nobody knows why (b)",
                "1 of 2 runs passed",
            ]
        )
    }
}
