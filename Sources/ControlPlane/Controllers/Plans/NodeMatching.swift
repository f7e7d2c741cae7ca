// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Which pods a node may have by its name, labels and taints.
package enum NodeMatching {
    /// Whether `nodeSelector` and the required node affinity of a pod's spec choose the node.
    package static func isChosen(_ node: JSONValue, by spec: JSONValue?) -> Bool {
        let labels = node["metadata"]?["labels"]
        for (key, value) in spec?["nodeSelector"]?.object ?? [:] where labels?[key] != value { return false }
        let required = spec?["affinity"]?["nodeAffinity"]?["requiredDuringSchedulingIgnoredDuringExecution"]
        guard let terms = required?["nodeSelectorTerms"]?.array else { return true }
        return terms.contains { Self.holds(term: $0, node, labels) }
    }

    /// Whether one term of a node selector holds; one without requirements never does.
    package static func holds(term: JSONValue, on node: JSONValue) -> Bool {
        Self.holds(term: term, node, node["metadata"]?["labels"])
    }

    private static func holds(term: JSONValue, _ node: JSONValue, _ labels: JSONValue?) -> Bool {
        let expressions = term["matchExpressions"]?.array ?? []
        let fields = term["matchFields"]?.array ?? []
        guard !(expressions.isEmpty && fields.isEmpty) else { return false }
        return expressions.allSatisfy { Self.holds($0, value: labels?[$0["key"]?.string ?? ""]?.string) }
            && fields.allSatisfy { Self.holds($0, value: $0["key"] == "metadata.name" ? node.name : nil) }
    }

    private static func holds(_ expression: JSONValue, value: String?) -> Bool {
        let values = (expression["values"]?.array ?? []).compactMap(\.string)
        switch expression["operator"]?.string {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return Self.compare(value, values.first) { $0 > $1 }
        case "Lt": return Self.compare(value, values.first) { $0 < $1 }
        default: return false
        }
    }

    private static func compare(_ left: String?, _ right: String?, by holds: (Int64, Int64) -> Bool) -> Bool {
        guard let left = left.flatMap({ Int64($0) }), let right = right.flatMap({ Int64($0) }) else { return false }
        return holds(left, right)
    }

    // MARK: - Taints

    /// The taints of those effects that none of the tolerations covers.
    package static func untolerated(
        _ taints: [JSONValue],
        by tolerations: [JSONValue],
        effects: [String]
    ) -> [JSONValue] {
        taints.filter { taint in
            effects.contains(taint["effect"]?.string ?? "")
                && !tolerations.contains { Self.tolerates($0, taint) }
        }
    }

    /// Whether a toleration covers a taint.
    package static func tolerates(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
        let effect = toleration["effect"]?.string ?? ""
        if !effect.isEmpty, effect != taint["effect"]?.string { return false }
        let key = toleration["key"]?.string ?? ""
        if !key.isEmpty, key != taint["key"]?.string { return false }
        switch toleration["operator"]?.string ?? "Equal" {
        case "Exists": return true
        case "Equal", "": return !key.isEmpty && toleration["value"]?.string ?? "" == taint["value"]?.string ?? ""
        default: return false
        }
    }
}
