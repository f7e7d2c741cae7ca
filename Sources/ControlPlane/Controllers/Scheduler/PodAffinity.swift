// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The required pod affinity and anti-affinity between a pod that waits and those on nodes.
struct PodAffinity {
    /// One term.
    struct Term {
        let selector: ObjectSelector
        let namespaces: [String]?
        let topologyKey: String

        init(_ json: JSONValue, owner: JSONValue) {
            self.selector = ObjectSelector(json["labelSelector"])
            let named = (json["namespaces"]?.array ?? []).compactMap(\.string)
            // An empty namespaceSelector selects all; other selectors of namespaces are read as the named ones alone.
            if let all = json["namespaceSelector"]?.object, all.isEmpty {
                self.namespaces = nil
            } else {
                self.namespaces = named.isEmpty ? [owner.namespace] : named
            }
            self.topologyKey = json["topologyKey"]?.string ?? ""
        }

        func matches(_ pod: JSONValue) -> Bool {
            self.namespaces?.contains(pod.namespace) ?? true && self.selector.matches(pod)
        }
    }

    private let pod: JSONValue
    private let affinity: [Term]
    private let antiAffinity: [Term]
    private let nodes: [NodeState]

    init(pod: JSONValue, nodes: [NodeState]) {
        self.pod = pod
        self.nodes = nodes
        self.affinity = Self.terms(of: pod, "podAffinity")
        self.antiAffinity = Self.terms(of: pod, "podAntiAffinity")
    }

    private static func terms(of pod: JSONValue, _ kind: String) -> [Term] {
        guard let affinity = pod["spec"]?["affinity"]?[kind] else { return [] }
        return (affinity["requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []).map { Term($0, owner: pod) }
    }

    /// Why the node does not do, in upstream's words; nil when it does.
    func refusal(of node: NodeState) -> (reason: String, preemptionMayHelp: Bool)? {
        if !self.hasAffinity(to: node) { return ("node(s) didn't match pod affinity rules", false) }
        for term in self.antiAffinity {
            guard let value = node.topology(term.topologyKey) else { continue }
            if self.domain(term.topologyKey, value).contains(where: { $0.pods.contains(where: term.matches) }) {
                return ("node(s) didn't match pod anti-affinity rules", true)
            }
        }
        for other in self.nodes {
            for existing in other.repelling {
                for term in Self.terms(of: existing, "podAntiAffinity") where term.matches(self.pod) {
                    guard let value = other.topology(term.topologyKey), node.topology(term.topologyKey) == value else {
                        continue
                    }
                    return ("node(s) didn't satisfy existing pods anti-affinity rules", true)
                }
            }
        }
        return nil
    }

    private func hasAffinity(to node: NodeState) -> Bool {
        guard !self.affinity.isEmpty else { return true }
        let isMet = self.affinity.allSatisfy { term in
            guard let value = node.topology(term.topologyKey) else { return false }
            return self.domain(term.topologyKey, value).contains { $0.pods.contains(where: term.matches) }
        }
        if isMet { return true }
        // The first pod of a group that wants to be together has nobody to join.
        let isFirst = !self.affinity.contains { term in self.nodes.contains { $0.pods.contains(where: term.matches) } }
        return isFirst && self.affinity.allSatisfy { $0.matches(self.pod) && node.topology($0.topologyKey) != nil }
    }

    private func domain(_ key: String, _ value: String) -> [NodeState] {
        self.nodes.filter { $0.topology(key) == value }
    }
}
