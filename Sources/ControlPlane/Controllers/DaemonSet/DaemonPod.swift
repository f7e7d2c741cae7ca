// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Pods of a DaemonSet: how they are made for a node, and which node and template they are of.
enum DaemonPod {
    static let hashLabel = "controller-revision-hash"
    static let generationLabel = "pod-template-generation"

    /// The tolerations that every daemon pod gets: trouble of a node is no reason to leave it.
    private static func ownTolerations(hostNetwork: Bool) -> [JSONValue] {
        var tolerations = [
            ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
            ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
        ]
        if hostNetwork { tolerations.append(("network-unavailable", "NoSchedule")) }
        return tolerations.map { key, effect in
            ["key": .string("node.kubernetes.io/\(key)"), "operator": "Exists", "effect": .string(effect)]
        }
    }

    /// The template's tolerations and a daemon pod's own; one that is there already keeps its place.
    static func tolerations(of spec: JSONValue?) -> [JSONValue] {
        var tolerations = spec?["tolerations"]?.array ?? []
        for own in Self.ownTolerations(hostNetwork: spec?["hostNetwork"]?.bool ?? false) {
            let index = tolerations.firstIndex { other in
                ["key", "operator", "effect", "value"].allSatisfy { other[$0]?.string ?? "" == own[$0]?.string ?? "" }
            }
            if let index { tolerations[index] = own } else { tolerations.append(own) }
        }
        return tolerations
    }

    /// The pod for a node, with labels that say of which template it is.
    static func make(for node: String, of set: DaemonSetState, hash: String, name: String) -> JSONValue {
        var template = set.template
        template["metadata", "labels", Self.generationLabel] = set.templateGeneration.map(JSONValue.string)
        template["metadata", "labels", Self.hashLabel] = .string(hash)
        template["spec", "tolerations"] = .array(Self.tolerations(of: template["spec"]))
        // The scheduler binds it, to this node alone; what else the template asks of nodes holds for it already.
        template[
            "spec",
            "affinity",
            "nodeAffinity",
            "requiredDuringSchedulingIgnoredDuringExecution",
            "nodeSelectorTerms"
        ] = [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]]]
        return set.pods.makePod(template: template, name: name)
    }

    /// The node that a pod is on or meant for.
    static func node(of pod: JSONValue) -> String? {
        if let name = pod["spec"]?["nodeName"]?.string, !name.isEmpty { return name }
        let affinity = pod["spec"]?["affinity"]?["nodeAffinity"]
        let terms = affinity?["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"]?.array ?? []
        for term in terms {
            for field in term["matchFields"]?.array ?? []
            where field["key"] == "metadata.name" && field["operator"] == "In" {
                if let values = field["values"]?.array, values.count == 1 { return values[0].string }
            }
        }
        return nil
    }

    /// Whether a pod is of the set's template: by its hash, or by the older label.
    static func isUpdated(_ pod: PodState, of set: DaemonSetState, hash: String) -> Bool {
        if !hash.isEmpty, pod.revision == hash { return true }
        guard let generation = set.templateGeneration else { return false }
        return pod.object["metadata"]?["labels"]?[Self.generationLabel]?.string == generation
    }

    /// Pods that are on a node come first, then the oldest.
    static func isBefore(_ lhs: PodState, _ rhs: PodState) -> Bool {
        func rank(_ pod: PodState) -> (Int, String, String) {
            let isBound = pod.object["spec"]?["nodeName"]?.string?.isEmpty == false
            return (isBound ? 0 : 1, pod.object["metadata"]?["creationTimestamp"]?.string ?? "", pod.name)
        }
        return rank(lhs) < rank(rhs)
    }
}
