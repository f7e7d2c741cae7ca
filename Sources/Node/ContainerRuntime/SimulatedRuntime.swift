// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI
public import NIOCore
import Synchronization

/// A runtime without processes, for clusters of many pods: containers run until they are signalled, probes pass.
public final class SimulatedRuntime: PodRuntime {
    private struct State {
        var addresses: AddressRing
        var sandboxes: [PodIdentity: String] = [:]
        var running: [ContainerKey: @Sendable (ProcessExit) -> Void] = [:]
    }

    private struct ContainerKey: Hashable {
        var pod: PodIdentity
        var container: String
    }

    private let state: Mutex<State>
    private let outcome: @Sendable (PodIdentity, ProbeAction) -> ProbeOutcome

    /// A runtime of one node; `outcome` decides what probes find.
    public init(
        podAddressPrefix: String,
        outcome: @escaping @Sendable (PodIdentity, ProbeAction) -> ProbeOutcome = { _, _ in .success }
    ) {
        self.state = Mutex(State(addresses: AddressRing(prefix: podAddressPrefix)))
        self.outcome = outcome
    }

    public func createSandbox(of pod: Pod, inputs: PodInputs) async throws -> String {
        let identity = PodIdentity(of: pod)
        return try self.state.withLock { state in
            if let address = state.sandboxes[identity] { return address }
            guard let address = state.addresses.take() else {
                throw RuntimeError(.mountFailed, "no free address on this node")
            }
            state.sandboxes[identity] = address
            return address
        }
    }

    public func pull(_ image: String) async throws -> PulledImage {
        PulledImage(id: image, wasPresent: true)
    }

    public func start(
        _ container: Container,
        attempt: Int,
        in pod: PodIdentity,
        onExit: @escaping @Sendable (ProcessExit) -> Void
    ) async throws -> String {
        self.state.withLock { $0.running[ContainerKey(pod: pod, container: container.name)] = onExit }
        return "simulated://\(pod.uid)-\(container.name)-\(attempt)"
    }

    public func signal(_ signal: Int32, to container: String, in pod: PodIdentity, grace: Duration?) {
        let key = ContainerKey(pod: pod, container: container)
        let onExit = self.state.withLock { $0.running.removeValue(forKey: key) }
        onExit?(signal == 15 ? ProcessExit(code: 0) : ProcessExit(code: 128 + signal, signal: signal))
    }

    public func perform(
        _ action: ProbeAction,
        in container: Container,
        of pod: PodIdentity,
        timeout: Duration
    ) async -> ProbeOutcome {
        self.outcome(pod, action)
    }

    public func exec(
        _ command: [String],
        in container: String,
        of pod: PodIdentity,
        input: Bool,
        terminal: Bool
    ) async throws -> ContainerSession {
        throw RuntimeError(.startFailed, "nothing runs in a simulated pod: there is no command to run in it either")
    }

    public func attach(to container: String, of pod: PodIdentity) async throws -> ContainerSession? { nil }

    public func stopContainers(of pod: PodIdentity, within grace: Duration) async {}

    public func removeSandbox(of pod: PodIdentity) async {
        self.state.withLock { state in
            guard let address = state.sandboxes.removeValue(forKey: pod) else { return }
            state.addresses.release(address)
            state.running = state.running.filter { $0.key.pod != pod }
        }
    }

    public func log(
        of container: String,
        in pod: PodIdentity,
        options: LogOptions
    ) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { nil }
    }
}
