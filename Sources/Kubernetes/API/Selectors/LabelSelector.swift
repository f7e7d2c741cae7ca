// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A label selector as objects have it: all of `matchLabels` and all of `matchExpressions` must hold.
///
/// Absent and empty differ: an empty selector matches everything, and what an absent one matches is up to the kind that
/// has it (most: nothing).
public struct LabelSelector: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }

    /// A selector of labels that must have these values.
    public init(matchLabels: [String: String]) {
        self.init(json: .emptyObject)
        self.matchLabels = matchLabels
    }

    /// Labels that must have these values.
    public var matchLabels: [String: String] {
        get { self[textMap: "matchLabels"] }
        set { self[textMap: "matchLabels"] = newValue }
    }

    /// Further requirements.
    public var matchExpressions: [NodeSelectorRequirement] {
        get { self[views: "matchExpressions"] }
        set { self[views: "matchExpressions"] = newValue }
    }

    /// Whether it has no requirement at all.
    public var isEmpty: Bool { self.matchLabels.isEmpty && self.matchExpressions.isEmpty }

    /// Whether labels fulfil it. A requirement with an unknown operator is never fulfilled.
    public func matches(_ labels: [String: String]) -> Bool {
        guard self.matchLabels.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        return self.matchExpressions.allSatisfy { requirement in
            let value = labels[requirement.key]
            switch requirement.operation {
            case "In": return value.map(requirement.values.contains) ?? false
            case "NotIn": return value.map { !requirement.values.contains($0) } ?? true
            case "Exists": return value != nil
            case "DoesNotExist": return value == nil
            default: return false
            }
        }
    }

    /// The same as a query; an unknown operator is left out.
    public var query: LabelQuery {
        LabelQuery(
            self.matchLabels.map { LabelRequirement(key: $0.key, .equals, [$0.value]) }
                + self.matchExpressions.compactMap { requirement in
                    switch requirement.operation {
                    case "In": LabelRequirement(key: requirement.key, .isIn, requirement.values)
                    case "NotIn": LabelRequirement(key: requirement.key, .notIn, requirement.values)
                    case "Exists": LabelRequirement(key: requirement.key, .exists)
                    case "DoesNotExist": LabelRequirement(key: requirement.key, .doesNotExist)
                    default: nil
                    }
                }
        )
    }
}
