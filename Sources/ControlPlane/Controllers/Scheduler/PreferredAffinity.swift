// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What a pod prefers of nodes and of the pods there, by the sum of the weights that are met.
struct PreferredAffinity {
    private let nodeTerms: [(weight: Int64, term: JSONValue)]
    private let podTerms: [(weight: Int64, term: PodAffinity.Term)]
    private let nodes: [NodeState]

    init(pod: JSONValue, nodes: [NodeState]) {
        let affinity = pod["spec"]?["affinity"]
        func preferred(_ kind: String) -> [JSONValue] {
            affinity?[kind]?["preferredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
        }
        func weight(_ entry: JSONValue) -> Int64 { entry["weight"]?.integer ?? 0 }
        self.nodeTerms = preferred("nodeAffinity").compactMap { entry in
            entry["preference"].map { (weight(entry), $0) }
        }
        let attracting = preferred("podAffinity").map { (weight($0), $0) }
        let repelling = preferred("podAntiAffinity").map { (-weight($0), $0) }
        self.podTerms = (attracting + repelling).compactMap { weight, entry in
            entry["podAffinityTerm"].map { (weight, PodAffinity.Term($0, owner: pod)) }
        }
        self.nodes = nodes
    }

    /// The sum of the weights on a node; each pod that is met counts.
    func weight(of node: NodeState) -> Int64 {
        var sum: Int64 = 0
        for (weight, term) in self.nodeTerms where NodeMatching.holds(term: term, on: node.object) { sum += weight }
        for (weight, term) in self.podTerms {
            guard let value = node.topology(term.topologyKey) else { continue }
            for other in self.nodes where other.topology(term.topologyKey) == value {
                sum += weight * Int64(other.pods.count(where: term.matches))
            }
        }
        return sum
    }
}
