// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import JSON
import KubernetesAPI
import KubernetesClient
import Synchronization

/// Performs one effect of a pod's life and reports what came of it.
struct EffectPerformer: Sendable {
    let kubelet: Kubelet
    let pod: Pod
    let identity: PodIdentity
    let input: AsyncStream<Kubelet.Input>.Continuation

    func report(_ event: PodLifecycle.Event) {
        self.input.yield(.happened(self.identity, event))
    }

    func createSandbox() async {
        do {
            let inputs = try await PodInputLoader(client: self.kubelet.client).inputs(of: self.pod)
            let address = try await self.kubelet.runtime.createSandbox(of: self.pod, inputs: inputs)
            self.report(.sandboxCreated(address: address))
        } catch let error as RuntimeError {
            self.report(.sandboxFailed(message: error.message))
        } catch {
            self.report(.sandboxFailed(message: "\(error)"))
        }
    }

    func removeSandbox() async {
        await self.kubelet.runtime.removeSandbox(of: self.identity)
        self.report(.sandboxRemoved)
    }

    func pull(_ image: String, for container: String) async {
        do {
            self.report(.container(container, .pulled(try await self.kubelet.runtime.pull(image))))
        } catch let error as RuntimeError {
            self.report(.container(container, .pullFailed(error)))
        } catch {
            self.report(.container(container, .pullFailed(RuntimeError(.imageNotFound, "\(error)"))))
        }
    }

    func start(_ name: String, attempt: Int) async {
        guard let container = self.container(name) else { return }
        // A container that ends at once may be known to have ended before it is known to have started.
        let gate = ExitGate { exit in self.report(.container(name, .exited(attempt: attempt, exit))) }
        do {
            let id = try await self.kubelet.runtime.start(container, attempt: attempt, in: self.identity) {
                gate.exited($0)
            }
            self.report(.container(name, .started(attempt: attempt, id: id)))
            gate.open()
        } catch let error as RuntimeError {
            self.report(.container(name, .startFailed(attempt: attempt, error)))
        } catch {
            let error = RuntimeError(.startFailed, "\(error)")
            self.report(.container(name, .startFailed(attempt: attempt, error)))
        }
    }

    func perform(_ action: ProbeAction, in name: String, timeout: Duration) async -> ProbeOutcome {
        guard let container = self.container(name) else { return .error(message: "no container \(name)") }
        return await self.kubelet.runtime.perform(action, in: container, of: self.identity, timeout: timeout)
    }

    private func container(_ name: String) -> Container? {
        (self.pod.spec.initContainers + self.pod.spec.containers).first { $0.name == name }
    }
}

/// Holds a container's end back until its start has been reported.
private final class ExitGate: Sendable {
    private struct State {
        var isOpen = false
        var exit: ProcessExit?
    }

    private let state = Mutex(State())
    private let report: @Sendable (ProcessExit) -> Void

    init(report: @escaping @Sendable (ProcessExit) -> Void) {
        self.report = report
    }

    func exited(_ exit: ProcessExit) {
        let isOpen = self.state.withLock { state in
            state.exit = exit
            return state.isOpen
        }
        if isOpen { self.report(exit) }
    }

    func open() {
        let exit = self.state.withLock { state in
            state.isOpen = true
            return state.exit
        }
        if let exit { self.report(exit) }
    }
}
