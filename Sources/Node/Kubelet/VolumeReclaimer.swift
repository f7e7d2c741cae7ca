// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import KubernetesAPI
public import KubernetesClient
import NIOPosix

/// Removes the directories of persistent volumes whose object was deleted. One a cluster.
public struct VolumeReclaimer: Sendable {
    private let dataDirectory: String
    private let client: KubernetesClient

    /// A reclaimer of the volumes under a cluster's data directory.
    public init(dataDirectory: String, client: KubernetesClient) {
        self.dataDirectory = dataDirectory
        self.client = client
    }

    /// Reclaims until the task is cancelled.
    public func run() async {
        let (names, continuation) = AsyncStream<String>.makeStream()
        let cache = ObjectCache(.init(PersistentVolume.self), transport: self.client.transport) { change in
            if case .deleted(let object) = change { continuation.yield(PersistentVolume(json: object).metadata.name) }
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await cache.run() }
            for await name in names where !name.isEmpty && !name.contains("/") && name != ".." {
                let path = "\(self.dataDirectory)/volumes/\(name)"
                do {
                    try await NIOThreadPool.singleton.runIfActive { try FileManager.default.removeItem(atPath: path) }
                } catch {
                    continue  // it was never mounted
                }
            }
        }
    }
}
