// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A label selector as controllers ask it: read once, then matched against many objects' label trees.
///
/// An absent selector matches nothing, an empty one everything. One with an operator that does not exist matches nothing.
package struct ObjectSelector: Hashable, Sendable {
    private enum Requirement: Hashable, Sendable {
        case equals(String, String)
        case among(String, [String], Bool)
        case exists(String, Bool)
    }

    /// Nil for a selector that matches nothing.
    private var requirements: [Requirement]?

    /// Reads `matchLabels` and `matchExpressions`.
    package init(_ json: JSONValue?) {
        guard let json, let object = json.object else { return }
        var requirements: [Requirement] = []
        for (key, value) in object["matchLabels"]?.object ?? [:] {
            requirements.append(.equals(key, value.string ?? ""))
        }
        for expression in object["matchExpressions"]?.array ?? [] {
            let key = expression["key"]?.string ?? ""
            let values = (expression["values"]?.array ?? []).compactMap(\.string)
            switch expression["operator"]?.string {
            case "In": requirements.append(.among(key, values, true))
            case "NotIn": requirements.append(.among(key, values, false))
            case "Exists": requirements.append(.exists(key, true))
            case "DoesNotExist": requirements.append(.exists(key, false))
            default: return
            }
        }
        self.requirements = requirements
    }

    /// A Service's selector: a plain map, which matches nothing when it is absent or empty.
    package init(map: JSONValue?) {
        guard let map = map?.object, !map.isEmpty else { return }
        self.requirements = map.map { .equals($0, $1.string ?? "") }
    }

    /// Whether it is there and asks for nothing.
    package var matchesEverything: Bool { self.requirements?.isEmpty ?? false }

    /// Whether the object's labels are among those selected.
    package func matches(_ object: JSONValue) -> Bool {
        self.matches(labels: object["metadata"]?["labels"])
    }

    /// Whether these labels are among those selected.
    package func matches(labels: JSONValue?) -> Bool {
        guard let requirements = self.requirements else { return false }
        return requirements.allSatisfy { requirement in
            switch requirement {
            case .equals(let key, let value):
                labels?[key]?.string == value
            case .among(let key, let values, let wanted):
                // NotIn holds for an absent label as well.
                (labels?[key]?.string).map(values.contains) ?? false == wanted
            case .exists(let key, let wanted):
                (labels?[key] != nil) == wanted
            }
        }
    }
}
