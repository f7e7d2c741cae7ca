// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient
import Synchronization

/// Empties the node that a pod is on as `kubectl drain` does: cordon, then evictions that are asked for again while a budget
/// refuses them.
final class Drain: Sendable {
    /// What one round of evictions came to.
    struct Outcome: Hashable, Sendable {
        /// Whether nothing is left on the node.
        var isDone: Bool
        /// How many evictions a budget refused.
        var refused: Int
    }

    private let client: KubernetesClient
    private let target: Trial.Target
    private let node = Mutex<String?>(nil)

    init(client: KubernetesClient, target: Trial.Target) {
        self.client = client
        self.target = target
    }

    /// Asks for what is left to go; the first call cordons the node.
    /// - Parameter pods: all pods as last seen.
    /// - Throws: ``TrialError`` when the pod is on no node, and what the server refuses for another reason than a budget.
    func step(_ pods: [Pod]) async throws -> Outcome {
        let node = try await self.cordonedNode(pods)
        // A DaemonSet would put its pod back at once, so kubectl leaves those alone too.
        let left = pods.filter { pod in
            pod.json["spec", "nodeName"]?.string == node
                && pod.json["metadata", "ownerReferences"]?.array?.first?["kind"]?.string != "DaemonSet"
        }
        var refused = 0
        for pod in left where pod.json["metadata", "deletionTimestamp"] == nil {
            do {
                try await self.evict(pod)
            } catch let error as StatusError where error.isTooManyRequests {
                refused += 1
            } catch let error as StatusError where error.isNotFound {
                continue  // gone meanwhile
            }
        }
        return Outcome(isDone: left.isEmpty, refused: refused)
    }

    private func cordonedNode(_ pods: [Pod]) async throws -> String {
        if let node = self.node.withLock({ $0 }) { return node }
        let pod = pods.first { $0.metadata.name == self.target.name && $0.metadata.namespace == self.target.namespace }
        guard let node = pod?.json["spec", "nodeName"]?.string else {
            throw TrialError("\(self.target) is on no node that could be drained")
        }
        let body: JSONValue = ["spec": ["unschedulable": true]]
        try await self.client.send(APIRequest(.patch, .nodes, name: node, body: body, patchType: .merge))
        self.node.withLock { $0 = node }
        return node
    }

    private func evict(_ pod: Pod) async throws {
        let name = pod.metadata.name
        let namespace = pod.metadata.namespace
        let metadata: JSONValue = ["name": .string(name), "namespace": .string(namespace)]
        let body: JSONValue = ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata]
        try await self.client.send(
            APIRequest(.create, .pods, namespace: namespace, name: name, subresource: "eviction", body: body)
        )
    }
}
