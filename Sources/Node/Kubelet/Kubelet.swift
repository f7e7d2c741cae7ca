// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import ContainerRuntime
import Determinism
import JSON
import KubernetesAPI
public import KubernetesClient
public import NIOCore
public import NIOPosix
import Synchronization

/// Runs the pods that are bound to one node: the shell around a ``PodLifecycle`` each. It decides nothing.
public final class Kubelet: Sendable {
    /// Something that the kubelet's loop takes in.
    enum Input: Sendable {
        /// The pods of the node changed.
        case changed(CacheChange)
        /// Something happened to a pod.
        case happened(PodIdentity, PodLifecycle.Event)
        /// A write to the API server came back.
        case written(PodIdentity, WriteOutcome)
        /// A pause before a write is over.
        case writeAgain(PodIdentity)
    }

    let configuration: NodeConfiguration
    let client: KubernetesClient
    let runtime: any PodRuntime
    private let group: any EventLoopGroup
    private let grace = Mutex<Duration?>(nil)

    /// A kubelet of a node.
    public init(
        configuration: NodeConfiguration,
        client: KubernetesClient,
        runtime: any PodRuntime,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.configuration = configuration
        self.client = client
        self.runtime = runtime
        self.group = group
    }

    /// Registers the node and runs its pods until the task is cancelled; then nothing of them is left running.
    /// - Throws: when the node's address and port cannot be listened on, or the node cannot be registered.
    public func run() async throws {
        let (inputs, input) = AsyncStream<Input>.makeStream()
        let source = ObjectCache.Source(Pod.self, fieldSelector: "spec.nodeName=\(self.configuration.name)")
        let cache = ObjectCache(source, transport: self.client.transport) { input.yield(.changed($0)) }
        let server = KubeletServer(configuration: self.configuration, runtime: self.runtime, group: self.group) {
            cache.object(Pod.self, $1, namespace: $0).map(PodIdentity.init(of:))
        }
        let registration = NodeRegistration(configuration: self.configuration, client: self.client)
        let recorder = EventWriter(client: self.client, host: self.configuration.name)
        let listener = try await server.listen()
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await server.serve(listener) }
            group.addTask { try await registration.run() }
            group.addTask { await cache.run() }
            group.addTask { await recorder.run() }
            var table = PodTable(kubelet: self, input: input, recorder: recorder, loop: self.group.next())
            for await message in inputs {
                table.take(message, group: &group)
            }
            await table.shutDown(grace: self.grace.withLock { $0.take() })
        }
    }

    /// Lets the containers end by themselves when ``run()`` is cancelled the next time: a machine that is shut down, not one that loses
    /// its power.
    public func allowGrace(_ grace: Duration) {
        self.grace.withLock { $0 = grace }
    }
}
