// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One pod against all nodes: the node it gets, or why none takes it.
struct SchedulingAttempt {
    enum Result {
        /// The index of the node.
        case node(Int)
        /// A claim of the pod is not in the cache.
        case unseenClaim(String)
        /// The message of its condition PodScheduled.
        case unschedulable(String)
    }

    private struct Refusal {
        var reasons: [String]
        var preemptionMayHelp: Bool
    }

    private let pod: JSONValue
    private let nodes: [NodeState]
    private let cache: ObservedObjects

    init(pod: JSONValue, nodes: [NodeState], cache: ObservedObjects) {
        self.pod = pod
        self.nodes = nodes
        self.cache = cache
    }

    var result: Result {
        let head = "0/\(self.nodes.count) nodes are available"
        if self.nodes.isEmpty { return .unschedulable("no nodes available to schedule pods") }
        if let name = self.unseenClaim { return .unseenClaim(name) }
        if let claims = self.claimProblem { return .unschedulable("\(head): \(claims). not found") }
        let request = NodeState.Request(self.pod)
        let affinity = PodAffinity(pod: self.pod, nodes: self.nodes)
        var refusals: [Refusal] = []
        var candidates: [Int] = []
        for (index, node) in self.nodes.enumerated() {
            if let refusal = self.refusal(of: node, request, affinity) {
                refusals.append(refusal)
            } else {
                candidates.append(index)
            }
        }
        if let best = self.best(of: candidates) { return .node(best) }
        let preemption = refusals.map {
            $0.preemptionMayHelp
                ? "No preemption victims found for incoming pod" : "Preemption is not helpful for scheduling"
        }
        return .unschedulable(
            "\(head): \(Self.histogram(refusals.flatMap(\.reasons))). no new claims to deallocate, "
                + "preemption: \(head): \(Self.histogram(preemption))."
        )
    }

    /// `2 Insufficient cpu, 2 node(s) were unschedulable`, sorted as text.
    private static func histogram(_ reasons: [String]) -> String {
        Dictionary(reasons.map { ($0, 1) }, uniquingKeysWith: +).map { "\($0.value) \($0.key)" }.sorted()
            .joined(separator: ", ")
    }

    private var claims: [(name: String, object: JSONValue?)] {
        (self.pod["spec", "volumes"]?.array ?? []).compactMap { volume in
            guard let name = volume["persistentVolumeClaim", "claimName"]?.string else { return nil }
            let key = ObjectName(namespace: self.pod.namespace, name: name)
            return (name, self.cache.object(.persistentVolumeClaims, key))
        }
    }

    private var unseenClaim: String? { self.claims.first { $0.object == nil }?.name }

    private var claimProblem: String? {
        for (name, claim) in self.claims {
            guard let claim else { continue }
            if claim.isTerminating { return "persistentvolumeclaim \"\(name)\" is being deleted" }
            if claim["status", "phase"] == "Lost" {
                return "persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume "
                    + "\"\(claim["spec", "volumeName"]?.string ?? "")\""
            }
            if claim["metadata", "annotations", "pv.kubernetes.io/bind-completed"] == nil {
                return "pod has unbound immediate PersistentVolumeClaims"
            }
        }
        return nil
    }

    /// The first filter that refuses the node, in upstream's order.
    private func refusal(of node: NodeState, _ request: NodeState.Request, _ affinity: PodAffinity) -> Refusal? {
        if node.isCordoned(for: self.pod) {
            return Refusal(reasons: ["node(s) were unschedulable"], preemptionMayHelp: false)
        }
        if node.hasUntoleratedTaint(self.pod) {
            return Refusal(reasons: ["node(s) had untolerated taint(s)"], preemptionMayHelp: false)
        }
        if !node.isChosen(by: self.pod) {
            return Refusal(reasons: ["node(s) didn't match Pod's node affinity/selector"], preemptionMayHelp: false)
        }
        if node.lacksPorts(for: self.pod) {
            let reason = "node(s) didn't have free ports for the requested pod ports"
            return Refusal(reasons: [reason], preemptionMayHelp: true)
        }
        let insufficiencies = node.insufficiencies(for: request)
        if !insufficiencies.isEmpty { return Refusal(reasons: insufficiencies, preemptionMayHelp: true) }
        return affinity.refusal(of: node).map { Refusal(reasons: [$0.reason], preemptionMayHelp: $0.preemptionMayHelp) }
    }

    /// What the pod prefers comes first; then the pods of an owner are spread over nodes, then over zones, then the load
    /// is evened out.
    private func best(of candidates: [Int]) -> Int? {
        guard candidates.count > 1 else { return candidates.first }
        let owner = OwnerReference.controller(of: self.pod)?.uid
        func siblings(_ node: NodeState) -> Int { owner.flatMap { node.siblings[$0] } ?? 0 }
        let zoneKey = "topology.kubernetes.io/zone"
        var inZone: [String: Int] = [:]
        for node in self.nodes {
            if let zone = node.topology(zoneKey) { inZone[zone, default: 0] += siblings(node) }
        }
        let preferences = PreferredAffinity(pod: self.pod, nodes: self.nodes)
        let ranks = candidates.map { index in
            let node = self.nodes[index]
            let others = node.topology(zoneKey).flatMap { inZone[$0] } ?? 0
            return (index, (-preferences.weight(of: node), siblings(node), others, node.usedShare, node.name))
        }
        return ranks.min { $0.1 < $1.1 }?.0
    }
}
