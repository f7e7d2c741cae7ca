// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import KubernetesAPI

/// Where one container of a pod stands.
struct ContainerRun: Hashable, Sendable {
    /// Its part in the pod.
    enum Role: Hashable {
        /// Runs to its end before the others begin.
        case initial
        /// An init container with `restartPolicy: Always`: runs beside the others, from before them until after them.
        case sidecar
        /// One of the pod's own containers.
        case main
    }

    /// What is being done with it.
    enum Activity: Hashable {
        /// Nothing yet: others come first.
        case idle
        /// Its image is looked for.
        case pulling
        /// The image was not found: looked for again at that time.
        case pullPause(until: Instant)
        /// It is being started.
        case starting
        /// It runs, and so does the hook after its start.
        case settling
        /// It runs.
        case running
        /// The hook before its end runs; it is killed at the deadline.
        case preparingStop(deadline: Instant)
        /// It was told to end, and is killed at the deadline.
        case stopping(deadline: Instant)
        /// It ended and is started again at that time.
        case restartPause(until: Instant)
        /// It ended for good.
        case ended
    }

    /// What `state` of its status shows.
    enum Shown: Hashable {
        case waiting(reason: String, message: String?)
        case running
        case terminated(ContainerTermination)
    }

    let container: Container
    let role: Role
    var activity = Activity.idle
    var shown: Shown
    /// How it ended last, when something else is shown now.
    var lastTermination: ContainerTermination?
    /// Counts the starts, from 0.
    var attempt = 0
    /// Whether `attempt` has been used by a start.
    var hasBeenStarted = false
    /// Whether a sidecar has let the others begin: they do not wait for it again when it restarts.
    var hasBeenPassed = false
    var startedAt = Instant.zero
    var id = ""
    var imageID = ""
    var pullBegan = Instant.zero
    var pullBackOff = BackOff()
    var crashBackOff = BackOff()
    var probes: [ProbeWorker]

    init(container: Container, role: Role, waiting: String, known: ContainerStatus?) {
        self.container = container
        self.role = role
        self.shown = .waiting(reason: waiting, message: nil)
        // Upstream's validation refuses probes of a container that runs to its end.
        self.probes = role == .initial ? [] : ProbeWorker.workers(of: container)
        guard let known, !known.containerID.isEmpty else { return }
        // An earlier kubelet of this node ran it: nothing of that is left, and its lives count on.
        self.attempt = Int(clamping: known.restartCount)
        self.hasBeenStarted = true
        self.lastTermination = ContainerTermination(lostIn: known)
    }

    /// Whether processes of it may exist.
    var isAlive: Bool {
        switch self.activity {
        case .settling, .running, .preparingStop, .stopping: true
        case .idle, .pulling, .pullPause, .starting, .restartPause, .ended: false
        }
    }

    /// Whether an answer is awaited that could make it run, or it runs.
    var isBusy: Bool {
        switch self.activity {
        case .pulling, .starting, .settling, .running, .preparingStop, .stopping: true
        case .idle, .pullPause, .restartPause, .ended: false
        }
    }

    /// How it ended, if it did not run since.
    var termination: ContainerTermination? {
        if case .terminated(let termination) = self.shown { termination } else { nil }
    }

    /// Whether it ended for good, and well.
    var hasSucceeded: Bool { self.activity == .ended && self.termination?.exitCode == 0 }

    /// Whether those that come after this init container may begin.
    var letsOthersBegin: Bool {
        switch self.role {
        case .initial: self.hasSucceeded
        case .sidecar: self.hasStartedUp || self.hasBeenPassed
        case .main: true
        }
    }

    /// Whether it is past its hook and its startup probe.
    var hasStartedUp: Bool {
        guard self.isAlive, self.shown == .running else { return false }
        return self.probes.first { $0.kind == .startup }?.result ?? true
    }

    /// Whether it counts as ready.
    var isReady: Bool {
        // An init container is ready when it is through (prober_manager.go).
        if self.role == .initial { return self.hasSucceeded }
        guard self.hasStartedUp else { return false }
        return self.probes.first { $0.kind == .readiness }?.result ?? true
    }
}

/// How a container ended.
struct ContainerTermination: Hashable, Sendable {
    var exitCode: Int32
    var reason: String
    var message: String?
    var startedAt: KubernetesTime?
    var finishedAt: KubernetesTime
    var id: String
}

extension ContainerTermination {
    /// The end of a container that nobody saw, by its status; upstream's reason for it.
    init(lostIn status: ContainerStatus) {
        self.init(
            exitCode: 137,
            reason: "ContainerStatusUnknown",
            message: "The container could not be located when the pod was terminated",
            startedAt: status.state.running?.startedAt,
            finishedAt: status.state.terminated?.finishedAt ?? status.state.running?.startedAt
                ?? KubernetesTime(seconds: 0),
            id: status.containerID
        )
    }
}

/// A pause that doubles (upstream's flowcontrol.Backoff).
struct BackOff: Hashable, Sendable {
    /// The pause after the next end; nil: none.
    private(set) var delay: Duration?
    private var updatedAt = Instant.zero

    /// When a container that ended at that time may start again; nil: at once.
    mutating func end(at time: Instant, max: Duration) -> Instant? {
        guard let delay else { return nil }
        if time - self.updatedAt > max * 2 {
            self.delay = nil  // it ran long enough to be trusted again
            return nil
        }
        return time + delay
    }

    /// A start after an end: the next pause is twice as long.
    mutating func advance(now: Instant, initial: Duration, max: Duration) {
        self.delay = Swift.min(max, self.delay.map { $0 * 2 } ?? initial)
        self.updatedAt = now
    }

    /// All is well again.
    mutating func reset() { self.delay = nil }
}
