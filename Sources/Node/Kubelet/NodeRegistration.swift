// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import JSON
import KubernetesAPI
import KubernetesClient

/// Keeps the node object: registers it, and reports that the node is well.
struct NodeRegistration {
    let configuration: NodeConfiguration
    let client: KubernetesClient

    /// Registers the node, then reports now and then, and renews its lease, until the task is cancelled: a node that falls silent is
    /// not ready for long.
    /// - Throws: `StatusError` when the server refuses the node.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let lease = NodeLease(node: self.configuration.name, client: self.client)
            group.addTask { await lease.run() }
            group.addTask { try await self.keep() }
            defer { group.cancelAll() }
            try await group.next()
            try await group.next()
        }
    }

    private func keep() async throws {
        var pause = Limits.writePauseMin
        while !Task.isCancelled {
            do {
                try await self.report()
                pause = Limits.writePauseMin
                try await Task.sleep(for: Limits.nodeReportInterval)
            } catch is CancellationError {
                return
            } catch let error as StatusError where error.code == 400 || error.code == 422 {
                throw error
            } catch {
                // The server may be starting; a kubelet goes on trying.
                do { try await Task.sleep(for: pause) } catch { return }
                pause = min(pause * 2, Limits.writePauseMax)
            }
        }
    }

    private func report() async throws {
        let name = self.configuration.name
        if let known = try await self.client.find(Node.self, name) {
            let status = self.status(since: Self.readySince(known))
            _ = try await self.client.patch(
                Node.self,
                name,
                subresource: "status",
                kind: .strategicMerge,
                ["status": status]
            )
            return
        }
        var metadata: JSONValue = ["name": .string(name)]
        for (key, value) in self.labels { metadata["labels", key] = .string(value) }
        var node: JSONValue = ["apiVersion": "v1", "kind": "Node", "metadata": metadata, "spec": .emptyObject]
        if !self.configuration.taints.isEmpty { node["spec", "taints"] = .array(self.configuration.taints.map(\.json)) }
        node["status"] = self.status(since: nil)
        let created = try await self.client.create(Node(json: node))
        // A server that keeps status apart from creation has not taken it.
        if !created.isReady {
            _ = try await self.client.patch(
                Node.self,
                name,
                subresource: "status",
                kind: .strategicMerge,
                ["status": self.status(since: nil)]
            )
        }
    }

    private static func readySince(_ node: Node) -> KubernetesTime? {
        node.status.conditions.first { $0.type == "Ready" && $0.status == "True" }?.lastTransitionTime
    }

    private var labels: [String: String] {
        var labels = [
            "kubernetes.io/hostname": self.configuration.name,
            "kubernetes.io/os": "linux", "beta.kubernetes.io/os": "linux",
            "kubernetes.io/arch": Self.architecture, "beta.kubernetes.io/arch": Self.architecture,
        ]
        labels.merge(self.configuration.labels) { $1 }
        return labels
    }

    private static var architecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }

    private func status(since: KubernetesTime?) -> JSONValue {
        let now = WallClock.time.description
        func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
            [
                "type": .string(type), "status": .string(status), "reason": .string(reason),
                "message": .string(message), "lastHeartbeatTime": .string(now),
                "lastTransitionTime": .string(since?.description ?? now),
            ]
        }
        var capacity = JSONValue.emptyObject
        for (name, amount) in self.configuration.capacity { capacity[name] = .string(amount.description) }
        return [
            "capacity": capacity, "allocatable": capacity,
            "conditions": [
                condition(
                    "MemoryPressure",
                    "False",
                    "KubeletHasSufficientMemory",
                    "kubelet has sufficient memory available"
                ),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
            ],
            "addresses": [
                ["type": "InternalIP", "address": .string(self.configuration.address)],
                ["type": "Hostname", "address": .string(self.configuration.name)],
            ],
            "daemonEndpoints": ["kubeletEndpoint": ["Port": .integer(Int64(self.configuration.port))]],
            "nodeInfo": [
                "architecture": .string(Self.architecture), "operatingSystem": "linux",
                "bootID": "", "machineID": "", "systemUUID": "", "kernelVersion": .string(SystemName.kernelVersion),
                "osImage": .string(SystemName.image), "containerRuntimeVersion": "seatrial://0.1",
                "kubeletVersion": "v1.36.2", "kubeProxyVersion": "",
            ],
        ]
    }
}
