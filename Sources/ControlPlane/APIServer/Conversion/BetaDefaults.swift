// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the beta versions of apps filled in (`pkg/apis/apps/v1beta1/defaults.go`), before the rest is done as for v1.
enum BetaDefaults {
    /// The type is OnDelete by default, a rolling update's settings stay away, and selector and labels follow the
    /// template's labels.
    static func apply(toStatefulSet set: inout JSONValue) {
        set.change("spec") { spec in
            spec.change("updateStrategy") { strategy in
                if (strategy["type"]?.string ?? "").isEmpty { strategy["type"] = "OnDelete" }
            }
        }
        guard let labels = set["spec", "template", "metadata", "labels"], labels.object?.isEmpty == false else {
            return
        }
        let selector = set["spec", "selector"]
        if selector == nil || selector == .null { set["spec", "selector"] = ["matchLabels": labels] }
        if set["metadata", "labels"] == nil { set["metadata", "labels"] = labels }
    }
}
