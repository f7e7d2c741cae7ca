// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Verification

/// Verdicts for machines.
enum JSONText {
    static func text(of verdict: Verdict) -> String {
        JSONWriter(escapesHTML: false, indentation: 2).string(of: verdict.json)
    }
}
