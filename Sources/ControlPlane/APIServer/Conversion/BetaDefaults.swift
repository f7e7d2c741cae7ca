// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

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
        Self.followTemplate(&set)
    }

    /// As for stateful sets: OnDelete by default; the template's generation was a field (`pkg/apis/extensions/v1beta1`).
    static func apply(toDaemonSet set: inout JSONValue) {
        set.change("spec") { spec in
            spec.setDefault("updateStrategy", .emptyObject)
            spec.change("updateStrategy") { $0.setDefaultText("type", "OnDelete") }
        }
        Self.followTemplate(&set)
    }

    /// Selector and labels that were left out are the template's labels.
    private static func followTemplate(_ set: inout JSONValue) {
        guard let labels = set["spec", "template", "metadata", "labels"], labels.object?.isEmpty == false else {
            return
        }
        let selector = set["spec", "selector"]
        if selector == nil || selector == .null { set["spec", "selector"] = ["matchLabels": labels] }
        if set["metadata", "labels"] == nil { set["metadata", "labels"] = labels }
    }

    private static let matchNothing: JSONValue = [
        "matchExpressions": [
            ["key": "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match", "operator": "Exists"]
        ]
    ]

    /// In policy/v1beta1 an empty selector selects nothing; in v1 it selects everything. Upstream keeps the meaning with a
    /// label that no pod has (`pkg/apis/policy/v1beta1/conversion.go`).
    static func apply(toBudget budget: inout JSONValue) {
        if let selector = budget["spec", "selector"], LabelSelector(json: selector).isEmpty, !selector.isNull {
            budget["spec", "selector"] = Self.matchNothing
        }
    }

    /// The way back, for clients of policy/v1beta1.
    static func revert(budget: inout JSONValue) {
        if budget["spec", "selector"] == Self.matchNothing { budget["spec", "selector"] = .emptyObject }
    }
}
