// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Kubelet
import KubernetesAPI
import KubernetesClient
import Synchronization

/// Finds the kubelet that a container of exec or attach is on.
final class NodeStreams: ContainerStreamer {
    private let kubelets = Mutex<[String: Kubelet]>([:])

    /// Makes a node's kubelet known.
    func add(_ kubelet: Kubelet, of node: String) {
        self.kubelets.withLock { $0[node] = kubelet }
    }

    func exec(
        _ command: [String],
        in target: ContainerTarget,
        streams: ContainerStreams
    ) async throws -> ContainerExit {
        try await self.kubelet(of: target).exec(command, in: target, streams: streams)
    }

    func attach(to target: ContainerTarget, streams: ContainerStreams) async throws -> ContainerExit {
        try await self.kubelet(of: target).attach(to: target, streams: streams)
    }

    private func kubelet(of target: ContainerTarget) throws -> Kubelet {
        guard let kubelet = self.kubelets.withLock({ $0[target.node] }) else {
            throw ClusterError("node \(target.node) is none of this cluster's: nothing can be run on it")
        }
        return kubelet
    }
}
