// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import KubernetesAPI

extension PodLifecycle {
    /// The pod object is gone: what runs is ended all the same.
    mutating func objectRemoved(now: Instant) -> [Effect] {
        let effects = self.beginTermination(hasObject: false, now: now)
        self.termination?.hasObject = false
        return effects
    }

    /// Ends the containers within the pod's grace period; a later, shorter one counts.
    mutating func beginTermination(hasObject: Bool, now: Instant) -> [Effect] {
        let metadata = self.pod.metadata
        let seconds = metadata.deletionGracePeriodSeconds ?? self.pod.spec.terminationGracePeriodSeconds ?? 30
        let deadline = now + .seconds(max(seconds, 0))
        if let termination {
            guard deadline < termination.deadline else { return [] }
            self.termination?.deadline = deadline
            return self.shorten(to: deadline, now: now)
        }
        self.termination = Termination(deadline: deadline, hasObject: hasObject)
        var effects = [Effect]()
        for index in self.runs.indices {
            let name = self.runs[index].container.name
            switch self.runs[index].activity {
            case .running:
                effects.append(.record(.normal("Killing", "Stopping container \(name)", container: name)))
                effects += self.stop(at: index, deadline: deadline, now: now)
            case .idle, .pullPause, .restartPause:
                self.runs[index].activity = .ended
            case .stopping(let own), .preparingStop(let own):
                if deadline < own { effects += self.shorten(to: deadline, at: index, now: now) }
            case .pulling, .starting, .ended:
                break  // an answer is on its way, and finds the pod terminating
            }
        }
        return effects + self.tearDownWhenDone()
    }

    private mutating func shorten(to deadline: Instant, now: Instant) -> [Effect] {
        self.runs.indices.flatMap { index in self.shorten(to: deadline, at: index, now: now) }
    }

    private mutating func shorten(to deadline: Instant, at index: Int, now: Instant) -> [Effect] {
        switch self.runs[index].activity {
        case .stopping(let own) where deadline < own:
            self.runs[index].activity = .stopping(deadline: deadline)
        case .preparingStop(let own) where deadline < own:
            self.runs[index].activity = .preparingStop(deadline: deadline)
        case .idle, .pulling, .pullPause, .starting, .running, .restartPause, .ended, .stopping, .preparingStop:
            return []
        }
        return [.setTimer(.container(self.runs[index].container.name, .kill), at: deadline)]
    }

    /// Ends one container: its hook, then SIGTERM, then at the deadline SIGKILL.
    mutating func stop(at index: Int, deadline: Instant, now: Instant) -> [Effect] {
        let container = self.runs[index].container
        let timer = Effect.setTimer(.container(container.name, .kill), at: deadline)
        if let handler = container.lifecycle?.preStop, deadline > now {
            do {
                if let action = try ProbeAction(handler, of: container) {
                    self.runs[index].activity = .preparingStop(deadline: deadline)
                    let attempt = self.runs[index].attempt
                    return [
                        timer,
                        .preStop(container: container.name, attempt: attempt, action, timeout: deadline - now),
                    ]
                }
            } catch {
                let failed = Effect.record(.warning("FailedPreStopHook", error.message, container: container.name))
                return [failed, timer] + self.signalEnd(at: index, deadline: deadline, now: now)
            }
        }
        return [timer] + self.signalEnd(at: index, deadline: deadline, now: now)
    }

    mutating func preStopEnded(_ outcome: ProbeOutcome, at index: Int, now: Instant) -> [Effect] {
        guard case .preparingStop(let deadline) = self.runs[index].activity else { return [] }
        let name = self.runs[index].container.name
        var effects = [Effect]()
        switch outcome {
        case .success: break
        case .failure(let text), .error(let text):
            effects.append(.record(.warning("FailedPreStopHook", "PreStopHook failed: \(text)", container: name)))
        }
        // A hook that used the time up leaves the container a moment, as upstream does.
        let atLeast = max(deadline, now + Limits.graceMin)
        if atLeast > deadline { effects.append(.setTimer(.container(name, .kill), at: atLeast)) }
        return effects + self.signalEnd(at: index, deadline: atLeast, now: now)
    }

    private mutating func signalEnd(at index: Int, deadline: Instant, now: Instant) -> [Effect] {
        self.runs[index].activity = .stopping(deadline: deadline)
        let name = self.runs[index].container.name
        guard deadline > now else { return [.signal(container: name, 9, grace: nil)] }
        return [.signal(container: name, 15, grace: deadline - now)]
    }

    /// Removes the sandbox once all containers have ended.
    mutating func tearDownWhenDone() -> [Effect] {
        guard self.termination != nil, !self.runs.contains(where: \.isBusy) else { return [] }
        switch self.stage {
        case .new, .pausing, .prepared:
            self.stage = .tearingDown
            return [.removeSandbox]
        case .preparing, .tearingDown, .finished:
            return []
        }
    }

    mutating func sandboxRemoved() -> [Effect] {
        guard self.stage == .tearingDown else { return [] }
        self.stage = .finished
        return self.termination?.hasObject == true ? [.deleteObject] : []
    }
}
