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
        /// Nothing is left on the node, and the object stays until somebody deletes it.
        case over
        /// Nothing is left to do.
        case finished
    }

    /// The pod's end under way: by deletion, or because its work is done or its time is up.
    struct Termination: Hashable {
        /// When what still runs is killed.
        var deadline: Instant
        /// Whether the pod object is still there.
        var hasObject: Bool
        /// Whether the object is being deleted, to be removed at the end.
        var isDeletion: Bool
    }

    /// Why the kubelet itself ended a pod.
    struct Failure: Hashable {
        var reason: String
        var message: String
    }

    let configuration: Configuration
    let identity: PodIdentity
    var pod: Pod
    var stage = Stage.new
    var address: String?
    var startTime: KubernetesTime?
    var termination: Termination?
    var failure: Failure?
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
                let role: ContainerRun.Role = container.restartPolicy == "Always" ? .sidecar : .initial
                return ContainerRun(container: container, role: role, waiting: "PodInitializing", known: known)
            }
            + others.map { container in
                let known = othersKnown.first { $0.name == container.name }
                return ContainerRun(container: container, role: .main, waiting: waiting, known: known)
            }
    }

    /// Whether nothing is left to do: the shell forgets the pod.
    package var isFinished: Bool { self.stage == .finished }

    package mutating func handle(_ event: Event, now: Instant) -> [Effect] {
        var effects = self.react(to: event, now: now)
        effects += self.endWhenDone(now: now)
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
            return self.containerEvent(event, at: index, now: now) + self.startWhatIsDue(now: now)
        case .timer(.activeDeadline):
            return self.activeDeadlineReached(now: now)
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
        // A kubelet that comes back goes on counting from the first one's start.
        let startTime = self.pod.status.startTime ?? self.configuration.time(at: now)
        self.startTime = startTime
        self.stage = .preparing
        guard let seconds = self.pod.spec.activeDeadlineSeconds else { return [.createSandbox] }
        let active = Duration.seconds(self.configuration.time(at: now).seconds - startTime.seconds)
        return [.setTimer(.activeDeadline, at: now + .seconds(seconds) - active), .createSandbox]
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
        return self.termination == nil ? self.startWhatIsDue(now: now) : self.goOnEnding(now: now)
    }

    private mutating func sandboxFailed(_ message: String, now: Instant) -> [Effect] {
        guard self.stage == .preparing else { return [] }
        let failures = self.sandboxFailures + 1
        self.sandboxFailures = failures
        self.stage = .pausing(failures: failures)
        if self.termination != nil { return self.goOnEnding(now: now) }
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

    /// Starts the container whose turn it is: init containers one after the other, each sidecar up before what follows, then the
    /// pod's own in their order, each past its image and its hook before the next.
    mutating func startWhatIsDue(now: Instant) -> [Effect] {
        guard self.stage == .prepared, self.termination == nil else { return [] }
        for index in self.runs.indices {
            switch self.runs[index].activity {
            case .idle:
                return self.bringUp(at: index, now: now)
            case .pulling, .starting, .settling:
                guard self.runs[index].hasBeenPassed else { return [] }
            case .pullPause, .running, .preparingStop, .stopping, .restartPause, .ended:
                guard self.runs[index].letsOthersBegin else { return [] }
                self.runs[index].hasBeenPassed = true
            }
        }
        return []
    }
}
