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
        guard self.stage == .over else { return effects }
        self.stage = .finished
        return effects
    }

    /// Ends a pod whose containers have all ended for good, once its sidecars have gone as well: nothing of it stays on the node.
    mutating func endWhenDone(now: Instant) -> [Effect] {
        guard self.termination == nil, self.stage == .prepared else { return [] }
        let failed = self.runs.contains { $0.role == .initial && $0.activity == .ended && !$0.hasSucceeded }
        let isDone = self.runs.allSatisfy { $0.role != .main || $0.activity == .ended }
        guard failed || isDone else { return [] }
        return self.end(isDeletion: false, hasObject: true, grace: self.grace, now: now)
    }

    /// A pod that was active for too long fails (active_deadline.go).
    mutating func activeDeadlineReached(now: Instant) -> [Effect] {
        guard self.termination == nil, self.startTime != nil else { return [] }
        let message = "Pod was active on the node longer than the specified deadline"
        self.failure = Failure(reason: "DeadlineExceeded", message: message)
        return [.record(.normal("DeadlineExceeded", message))]
            + self.end(isDeletion: false, hasObject: true, grace: self.grace, now: now)
    }

    private var grace: Duration { .seconds(max(self.pod.spec.terminationGracePeriodSeconds ?? 30, 0)) }

    /// Ends the containers within the pod's grace period; a later, shorter one counts.
    mutating func beginTermination(hasObject: Bool, now: Instant) -> [Effect] {
        let metadata = self.pod.metadata
        let grace = metadata.deletionGracePeriodSeconds.map { Duration.seconds(max($0, 0)) } ?? self.grace
        guard let termination else {
            return self.end(isDeletion: true, hasObject: hasObject, grace: grace, now: now)
        }
        self.termination?.isDeletion = true
        if self.stage == .over {
            self.stage = .finished
            return hasObject ? [.deleteObject] : []
        }
        let deadline = now + grace
        guard deadline < termination.deadline else { return [] }
        self.termination?.deadline = deadline
        return self.shorten(to: deadline, now: now)
    }

    private mutating func end(isDeletion: Bool, hasObject: Bool, grace: Duration, now: Instant) -> [Effect] {
        let deadline = now + grace
        self.termination = Termination(deadline: deadline, hasObject: hasObject, isDeletion: isDeletion)
        var effects = [Effect]()
        for index in self.runs.indices {
            let name = self.runs[index].container.name
            switch self.runs[index].activity {
            case .settling, .running:
                guard self.runs[index].role != .sidecar else { continue }  // when the others have gone
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
        return effects + self.stopSidecarsWhenDue(now: now) + self.tearDownWhenDone()
    }

    /// Stops the last sidecar that runs once what it served has ended; those before it follow one by one.
    private mutating func stopSidecarsWhenDue(now: Instant) -> [Effect] {
        guard let termination, !self.runs.contains(where: { $0.role != .sidecar && $0.isBusy }),
            let last = self.runs.lastIndex(where: { $0.role == .sidecar && $0.isBusy })
        else { return [] }
        switch self.runs[last].activity {
        case .settling, .running:
            let name = self.runs[last].container.name
            // What the others left of the grace period, and a moment at least.
            let deadline = max(termination.deadline, now + Limits.graceMin)
            return [.record(.normal("Killing", "Stopping container \(name)", container: name))]
                + self.stop(at: last, deadline: deadline, now: now)
        case .idle, .pulling, .pullPause, .starting, .preparingStop, .stopping, .restartPause, .ended:
            return []
        }
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
        case .idle, .pulling, .pullPause, .starting, .settling, .running, .restartPause, .ended, .stopping,
            .preparingStop:
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

    /// Stops the sidecars, and removes the sandbox, once it is their turn.
    mutating func goOnEnding(now: Instant) -> [Effect] {
        self.stopSidecarsWhenDue(now: now) + self.tearDownWhenDone()
    }

    /// Removes the sandbox once all containers have ended.
    private mutating func tearDownWhenDone() -> [Effect] {
        guard self.termination != nil, !self.runs.contains(where: \.isBusy) else { return [] }
        switch self.stage {
        case .new, .pausing, .prepared:
            self.stage = .tearingDown
            return [.removeSandbox]
        case .preparing, .tearingDown, .over, .finished:
            return []
        }
    }

    mutating func sandboxRemoved() -> [Effect] {
        guard self.stage == .tearingDown else { return [] }
        guard let termination, termination.hasObject else {
            self.stage = .finished
            return []
        }
        self.stage = termination.isDeletion ? .finished : .over
        return termination.isDeletion ? [.deleteObject] : []
    }
}
