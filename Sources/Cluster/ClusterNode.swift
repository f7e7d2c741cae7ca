// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Kubelet
import KubernetesAPI
public import KubernetesClient

/// A node of a controlled cluster: a kubelet that is on or off, as an annotation of its Node object says.
///
/// So whoever can write to the API can stop a node, as `seatrial cluster node` does.
public struct ClusterNode: Sendable {
    /// Whether a node runs.
    public enum Power: String, CaseIterable, Sendable {
        /// It runs.
        case on
        /// It was shut down: its containers could end by themselves.
        case stopped
        /// It lost its power: everything on it ended at once.
        case killed
    }

    /// The annotation of Node objects that says what a node shall be.
    public static let powerAnnotation = "seatrial.local/power"
    /// What containers get when their node is shut down.
    static let shutdownGrace = Duration.seconds(10)

    let name: String
    let kubelet: Kubelet
    let client: KubernetesClient

    /// Says what a node shall be; the cluster obeys within moments.
    /// - Throws: `StatusError` when there is no such node.
    public static func set(_ power: Power, of node: String, client: KubernetesClient) async throws {
        let annotations: JSONValue = [Self.powerAnnotation: .string(power.rawValue)]
        _ = try await client.patch(Node.self, node, ["metadata": ["annotations": annotations]])
    }

    /// Runs the node, on and off, until the task is cancelled.
    /// - Throws: when the kubelet cannot listen or register.
    func run() async throws {
        let (wishes, continuation) = AsyncStream<Power>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let source = ObjectCache.Source(Node.self, fieldSelector: "metadata.name=\(self.name)")
        let cache = ObjectCache(source, transport: self.client.transport) { change in
            switch change {
            case .added(let object), .updated(_, let object):
                let text = Node(json: object).metadata.annotations[Self.powerAnnotation] ?? ""
                continuation.yield(Power(rawValue: text) ?? .on)
            case .deleted:
                break  // a node that is on registers itself anew
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await cache.run() }
            group.addTask { try await self.obey(wishes) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func obey(_ wishes: AsyncStream<Power>) async throws {
        while !Task.isCancelled {
            try await self.runUntilOff(wishes)
            for await power in wishes where power == .on { break }
        }
    }

    private func runUntilOff(_ wishes: AsyncStream<Power>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.kubelet.run() }
            group.addTask {
                for await power in wishes where power != .on {
                    if power == .stopped { self.kubelet.allowGrace(Self.shutdownGrace) }
                    return
                }
            }
            try await group.next()
            group.cancelAll()
            do {
                try await group.next()
            } catch is CancellationError {
                return  // the kubelet was told to end, and has
            }
        }
    }
}
