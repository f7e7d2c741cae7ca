// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// Renews a node's lease: the sign of life by which the control plane knows that the kubelet is there (component-helpers' lease controller).
struct NodeLease {
    private static let namespace = "kube-node-lease"

    let node: String
    let client: KubernetesClient

    /// Renews until the task is cancelled.
    func run() async {
        var pause = Limits.writePauseMin
        while !Task.isCancelled {
            do {
                try await self.renew()
                pause = Limits.writePauseMin
                try await Task.sleep(for: Limits.leaseRenewInterval)
            } catch is CancellationError {
                return
            } catch {
                // The server may be starting, or serve no leases: a kubelet goes on trying.
                do { try await Task.sleep(for: pause) } catch { return }
                pause = min(pause * 2, Limits.leaseRenewInterval)
            }
        }
    }

    private func renew() async throws {
        let spec: JSONValue = [
            "holderIdentity": .string(self.node), "leaseDurationSeconds": .integer(Limits.leaseSeconds),
            "renewTime": .string(Self.now),
        ]
        if try await self.client.find(Lease.self, self.node, namespace: Self.namespace) != nil {
            _ = try await self.client.patch(Lease.self, self.node, namespace: Self.namespace, ["spec": spec])
            return
        }
        var metadata: JSONValue = ["name": .string(self.node), "namespace": .string(Self.namespace)]
        if let node = try await self.client.find(Node.self, self.node) {
            metadata["ownerReferences"] = [
                [
                    "apiVersion": "v1", "kind": "Node", "name": .string(self.node), "uid": .string(node.metadata.uid),
                ]
            ]
        }
        _ = try await self.client.create(
            Lease(json: [
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec,
            ])
        )
    }

    /// Now as a MicroTime: with six digits of the second.
    private static var now: String {
        let time = WallClock.time
        let micros = String(1_000_000 + time.nanoseconds / 1000).dropFirst()
        return "\(KubernetesTime(seconds: time.seconds).description.dropLast()).\(micros)Z"
    }
}
