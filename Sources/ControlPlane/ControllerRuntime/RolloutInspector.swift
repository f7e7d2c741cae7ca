// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Controllers
import JSON
import KubernetesAPI
package import KubernetesClient

/// Reads from a cluster what an explanation of a rollout needs.
package struct RolloutInspector: Sendable {
    /// What can be explained.
    package enum Kind: String, Sendable, CaseIterable {
        case statefulSet, daemonSet

        /// The kind behind a name as kubectl takes it (`sts`, `statefulset.apps`, `ds` …).
        package init?(name: String) {
            switch name.split(separator: ".").first ?? "" {
            case "sts", "statefulset", "statefulsets": self = .statefulSet
            case "ds", "daemonset", "daemonsets": self = .daemonSet
            case _: return nil
            }
        }
    }

    private let client: KubernetesClient
    private let options: StatefulSetReconciler.Options

    /// - Parameter options: how the cluster's StatefulSet controller decides.
    package init(client: KubernetesClient, options: StatefulSetReconciler.Options) {
        self.client = client
        self.options = options
    }

    /// The explanation of a rollout; nil when there is no such object.
    /// - Throws: `StatusError` when the server refuses a list.
    package func explanation(of kind: Kind, _ key: ObjectName, now: WallTime) async throws -> RolloutExplanation? {
        var cache = ObservedObjects()
        switch kind {
        case .statefulSet:
            let resources: [GroupVersionResource] = [
                .pods, .persistentVolumeClaims, .controllerRevisions, .podDisruptionBudgets, .statefulSets,
            ]
            for resource in resources { try await self.list(resource, in: key.namespace, into: &cache) }
            return StatefulSetExplainer(key, options: self.options, in: cache, now: now)?.explanation
        case .daemonSet:
            for resource in [.pods, .controllerRevisions, .daemonSets] as [GroupVersionResource] {
                try await self.list(resource, in: key.namespace, into: &cache)
            }
            try await self.list(.nodes, in: nil, into: &cache)
            return DaemonSetExplainer(key, in: cache, now: now)?.explanation
        }
    }

    private func list(
        _ resource: GroupVersionResource,
        in namespace: String?,
        into cache: inout ObservedObjects
    ) async throws {
        let list = try await self.client.send(APIRequest(.list, resource, namespace: namespace))
        for object in list["items"]?.array ?? [] { cache.put(resource, object) }
    }
}
