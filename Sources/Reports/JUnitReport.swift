// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import Verification

/// The verdicts as JUnit XML, which every CI system reads: a suite of trials, a case an expectation or a kind of finding.
public enum JUnitReport {
    /// The document.
    public static func xml(_ verdicts: [Verdict]) -> String {
        var xml = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n<testsuites name=\"seatrial\">\n"
        for verdict in verdicts {
            let cases = Self.cases(verdict)
            let failures = cases.count { $0.failure != nil }
            xml += "  <testsuite name=\"\(Markup.escaped(verdict.trial))\" tests=\"\(cases.count)\" "
            xml += "failures=\"\(failures)\" errors=\"\(verdict.errors.isEmpty ? 0 : 1)\" "
            xml += "time=\"\(verdict.duration.seconds)\">\n"
            for entry in cases {
                xml +=
                    "    <testcase classname=\"\(Markup.escaped(verdict.trial))\" name=\"\(Markup.escaped(entry.name))\""
                if let failure = entry.failure {
                    let element = entry.isError ? "error" : "failure"
                    xml += "><\(element) message=\"\(Markup.escaped(failure))\"/></testcase>\n"
                } else {
                    xml += "/>\n"
                }
            }
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private struct Case {
        var name: String
        var failure: String?
        var isError = false
    }

    private static func cases(_ verdict: Verdict) -> [Case] {
        var cases = verdict.errors.map { Case(name: "evidence", failure: $0, isError: true) }
        for kind in FindingKind.allCases {
            let violations = verdict.violations.filter { $0.kind == kind }
            let failure = violations.first.map { first in
                violations.count == 1 ? first.because : "\(violations.count) findings; the first: \(first.because)"
            }
            cases.append(Case(name: "no message is \(kind.rawValue)", failure: failure))
        }
        for expectation in verdict.expectations {
            cases.append(Case(name: expectation.name, failure: expectation.holds ? nil : expectation.found))
        }
        return cases
    }
}
