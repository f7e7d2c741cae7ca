// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
package import Determinism
package import KubernetesAPI

/// The life of one pod on its node, as a kubelet leads it: sandbox, images, containers, restarts, probes, termination, status. No I/O.
///
/// Its shell performs the effects and hands what comes of them back in. Answers carry the attempt they belong to: late ones of an
/// earlier life of a container are dropped.
package struct PodLifecycle: StateMachine, Hashable, Sendable {
    /// Where the pod as a whole stands.
    enum Stage: Hashable {
        /// Nothing was done yet.
        case new
        /// Address, directories and volumes are being made.
        case preparing
        /// Making them failed: it is tried again.
        case pausing(failures: Int)
        /// Containers can run.
        case prepared
        /// All containers have ended for good: the sandbox is being removed.
        case tearingDown
        /// Nothing is left on the node.
        case finished
    }

    /// A deletion under way.
    struct Termination: Hashable {
        /// When what still runs is killed.
        var deadline: Instant
        /// Whether the pod object is still there, to be removed at the end.
        var hasObject: Bool
    }

    let configuration: Configuration
    let identity: PodIdentity
    var pod: Pod
    var stage = Stage.new
    var address: String?
    var startTime: KubernetesTime?
    var termination: Termination?
    /// Init containers first, in order; then the others.
    var runs: [ContainerRun]
    let initCount: Int
    /// The conditions as last reported, for their transition times.
    var conditions: [PodConditionState] = []
    private var reported: PodStatusReport?

    /// The life of a pod that has been bound to this node.
    package init(pod: Pod, configuration: Configuration) {
        self.configuration = configuration
        self.identity = PodIdentity(of: pod)
        self.pod = pod
        let (first, others) = (pod.spec.initContainers, pod.spec.containers)
        self.initCount = first.count
        let waiting = first.isEmpty ? "ContainerCreating" : "PodInitializing"
        let (firstKnown, othersKnown) = (pod.status.initContainerStatuses, pod.status.containerStatuses)
        self.runs =
            first.map { container in
                let known = firstKnown.first { $0.name == container.name }
                return ContainerRun(container: container, waiting: "PodInitializing", known: known)
            }
            + others.map { container in
                let known = othersKnown.first { $0.name == container.name }
                return ContainerRun(container: container, waiting: waiting, known: known)
            }
    }

    /// Whether nothing is left to do: the shell forgets the pod.
    package var isFinished: Bool { self.stage == .finished }

    package mutating func handle(_ event: Event, now: Instant) -> [Effect] {
        var effects = self.react(to: event, now: now)
        let report = self.statusReport(now: now)
        if report != self.reported, self.startTime != nil, self.termination?.hasObject ?? true {
            self.reported = report
            // The deletion must not overtake the last word on how the containers ended.
            let index = effects.firstIndex { $0 == .deleteObject } ?? effects.count
            effects.insert(.writeStatus(report), at: index)
        }
        return effects
    }

    private mutating func react(to event: Event, now: Instant) -> [Effect] {
        switch event {
        case .started:
            return self.begin(now: now)
        case .updated(let pod):
            return self.update(to: pod, now: now)
        case .removed:
            return self.objectRemoved(now: now)
        case .sandboxCreated(let address):
            return self.sandboxCreated(address, now: now)
        case .sandboxFailed(let message):
            return self.sandboxFailed(message, now: now)
        case .sandboxRemoved:
            return self.sandboxRemoved()
        case .container(let name, let event):
            guard let index = self.runs.firstIndex(where: { $0.container.name == name }) else { return [] }
            return self.containerEvent(event, at: index, now: now)
        case .timer(.sandbox):
            guard case .pausing = self.stage, self.termination == nil else { return [] }
            self.stage = .preparing
            return [.createSandbox]
        case .timer(.container(let name, let timer)):
            guard let index = self.runs.firstIndex(where: { $0.container.name == name }) else { return [] }
            return self.containerTimer(timer, at: index, now: now)
        }
    }

    private mutating func begin(now: Instant) -> [Effect] {
        guard self.stage == .new else { return [] }
        if self.pod.metadata.isTerminating {
            self.startTime = self.configuration.time(at: now)
            return self.beginTermination(hasObject: true, now: now)
        }
        // A pod that has ended stays as it is; a kubelet that comes back must not run it again.
        guard !self.pod.isTerminal else {
            self.stage = .finished
            return []
        }
        self.startTime = self.configuration.time(at: now)
        self.stage = .preparing
        return [.createSandbox]
    }

    private mutating func update(to pod: Pod, now: Instant) -> [Effect] {
        self.pod = pod
        guard pod.metadata.isTerminating else { return [] }
        return self.beginTermination(hasObject: true, now: now)
    }

    private mutating func sandboxCreated(_ address: String, now: Instant) -> [Effect] {
        guard self.stage == .preparing else { return [] }
        self.stage = .prepared
        self.address = address
        return self.termination == nil ? self.startWhatIsDue(now: now) : self.tearDownWhenDone()
    }

    private mutating func sandboxFailed(_ message: String, now: Instant) -> [Effect] {
        guard self.stage == .preparing else { return [] }
        let failures = self.sandboxFailures + 1
        self.sandboxFailures = failures
        self.stage = .pausing(failures: failures)
        if self.termination != nil { return self.tearDownWhenDone() }
        // The first pauses are short: a claim is bound within milliseconds of its pod.
        let pause = min(Limits.sandboxPauseMax, Limits.sandboxPauseMin * (1 << min(failures - 1, 16)))
        var effects = [Effect.setTimer(.sandbox, at: now + pause)]
        if failures == Limits.sandboxFailuresSilent || pause >= Limits.sandboxPauseMax {
            effects.insert(.record(.warning("FailedMount", message)), at: 0)
        }
        return effects
    }

    /// How often the sandbox could not be made.
    private var sandboxFailures = 0

    /// Starts the init container whose turn it is, or all others once those are through.
    mutating func startWhatIsDue(now: Instant) -> [Effect] {
        guard self.stage == .prepared, self.termination == nil else { return [] }
        if let next = self.runs[..<self.initCount].firstIndex(where: { !$0.hasSucceeded }) {
            guard self.runs[next].activity == .idle else { return [] }
            return self.bringUp(at: next, now: now)
        }
        var effects = [Effect]()
        for index in self.runs.indices.dropFirst(self.initCount) where self.runs[index].activity == .idle {
            effects += self.bringUp(at: index, now: now)
        }
        return effects
    }
}
