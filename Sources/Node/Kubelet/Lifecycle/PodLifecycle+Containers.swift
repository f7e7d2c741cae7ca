// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import KubernetesAPI

extension PodLifecycle {
    mutating func containerEvent(_ event: ContainerEvent, at index: Int, now: Instant) -> [Effect] {
        switch event {
        case .pulled(let image):
            return self.pulled(image, at: index, now: now)
        case .pullFailed(let error):
            return self.pullFailed(error, at: index, now: now)
        case .started(let attempt, let id):
            guard attempt == self.runs[index].attempt else { return [] }
            return self.containerStarted(id: id, at: index, now: now)
        case .startFailed(let attempt, let error):
            guard attempt == self.runs[index].attempt, self.runs[index].activity == .starting else { return [] }
            return self.startFailed(error, at: index, now: now)
        case .exited(let attempt, let exit):
            guard attempt == self.runs[index].attempt, self.runs[index].isAlive else { return [] }
            let time = self.configuration.time(at: now)
            let termination = ContainerTermination(
                exitCode: exit.code,
                reason: exit.code == 0 ? "Completed" : "Error",
                message: exit.message,
                startedAt: self.configuration.time(at: self.runs[index].startedAt),
                finishedAt: time,
                id: self.runs[index].id
            )
            return self.ended(termination, at: index, now: now)
        case .probed(let kind, let attempt, let outcome):
            return self.probed(kind, attempt: attempt, outcome, at: index, now: now)
        case .postStartEnded(let attempt, let outcome):
            guard attempt == self.runs[index].attempt else { return [] }
            return self.postStartEnded(outcome, at: index, now: now)
        case .preStopEnded(let attempt, let outcome):
            guard attempt == self.runs[index].attempt else { return [] }
            return self.preStopEnded(outcome, at: index, now: now)
        }
    }

    mutating func containerTimer(_ timer: ContainerTimer, at index: Int, now: Instant) -> [Effect] {
        switch (timer, self.runs[index].activity) {
        case (.pull, .pullPause(let until)):
            return until <= now ? self.bringUp(at: index, now: now) : self.showPullPause(until: until, at: index)
        case (.restart, .restartPause(let until)) where until <= now:
            return self.startAgain(at: index, now: now)
        case (.kill, .stopping(let deadline)) where deadline <= now,
            (.kill, .preparingStop(let deadline)) where deadline <= now:
            return [.signal(container: self.runs[index].container.name, 9, grace: nil)]
        case (.probe(let kind), _):
            return self.probeIsDue(kind, at: index, now: now)
        case (.pull, _), (.restart, _), (.kill, _):
            return []  // what it was set for has happened by other means
        }
    }

    /// Looks for the image, then starts the container.
    mutating func bringUp(at index: Int, now: Instant) -> [Effect] {
        let container = self.runs[index].container
        self.runs[index].activity = .pulling
        self.runs[index].pullBegan = now
        var effects = [Effect]()
        if container.imagePullPolicy == "Always" {
            effects.append(
                .record(.normal("Pulling", "Pulling image \"\(container.image)\"", container: container.name))
            )
        }
        return effects + [.pull(container: container.name, image: container.image)]
    }

    private mutating func pulled(_ image: PulledImage, at index: Int, now: Instant) -> [Effect] {
        guard self.runs[index].activity == .pulling else { return [] }
        let container = self.runs[index].container
        self.runs[index].imageID = image.id
        self.runs[index].pullBackOff.reset()
        if self.termination != nil {
            self.runs[index].activity = .ended
            return self.goOnEnding(now: now)
        }
        let message: String
        if container.imagePullPolicy == "Always" || !image.wasPresent {
            let took = GoDuration.text((now - self.runs[index].pullBegan).roundedToMilliseconds)
            message = "Successfully pulled image \"\(container.image)\" in \(took) (\(took) including waiting)."
        } else {
            message = "Container image \"\(container.image)\" already present on machine"
        }
        if self.runs[index].hasBeenStarted { self.runs[index].attempt += 1 }
        self.runs[index].hasBeenStarted = true
        self.runs[index].activity = .starting
        return [
            .record(.normal("Pulled", message, container: container.name)),
            .start(container: container.name, attempt: self.runs[index].attempt),
        ]
    }

    private mutating func pullFailed(_ error: RuntimeError, at index: Int, now: Instant) -> [Effect] {
        guard self.runs[index].activity == .pulling else { return [] }
        if self.termination != nil {
            self.runs[index].activity = .ended
            return self.goOnEnding(now: now)
        }
        let container = self.runs[index].container
        self.runs[index].pullBackOff.advance(
            now: now,
            initial: self.configuration.backoffInitial,
            max: self.configuration.backoffMax
        )
        let pause = self.runs[index].pullBackOff.delay ?? .zero
        self.runs[index].activity = .pullPause(until: now + pause)
        self.show(.waiting(reason: "\(error.code)", message: error.message), at: index)
        let name = container.name
        var effects = [Effect]()
        if container.imagePullPolicy != "Always" {  // it turned out that it had to be looked for
            effects.append(.record(.normal("Pulling", "Pulling image \"\(container.image)\"", container: name)))
        }
        return effects + [
            .record(
                .warning("Failed", "Failed to pull image \"\(container.image)\": \(error.message)", container: name)
            ),
            .record(.warning("Failed", "Error: \(error.code)", container: name)),
            // Shown first as an error, then as a pause, as upstream's next look at the pod does.
            .setTimer(.container(name, .pull), at: now + pause / 4),
        ]
    }

    private mutating func showPullPause(until: Instant, at index: Int) -> [Effect] {
        let container = self.runs[index].container
        var message = "Back-off pulling image \"\(container.image)\""
        if case .waiting("ErrImagePull", let cause?) = self.runs[index].shown { message += ": ErrImagePull: \(cause)" }
        self.show(.waiting(reason: "ImagePullBackOff", message: message), at: index)
        let name = container.name
        return [
            .record(.normal("BackOff", "Back-off pulling image \"\(container.image)\"", container: name)),
            .record(.warning("Failed", "Error: ImagePullBackOff", container: name)),
            .setTimer(.container(name, .pull), at: until),
        ]
    }

    private mutating func containerStarted(id: String, at index: Int, now: Instant) -> [Effect] {
        guard self.runs[index].activity == .starting else { return [] }
        let name = self.runs[index].container.name
        self.runs[index].startedAt = now
        self.runs[index].id = id
        var effects: [Effect] = [
            .record(.normal("Created", "Created container: \(name)", container: name)),
            .record(.normal("Started", "Started container \(name)", container: name)),
        ]
        if let termination {
            self.runs[index].activity = .running
            self.show(.running, at: index)
            return effects + self.stop(at: index, deadline: termination.deadline, now: now)
        }
        let container = self.runs[index].container
        guard let handler = container.lifecycle?.postStart else { return effects + self.settled(at: index, now: now) }
        self.runs[index].activity = .settling
        do {
            guard let action = try ProbeAction(handler, of: container) else {
                return effects + self.settled(at: index, now: now)
            }
            effects.append(.postStart(container: name, attempt: self.runs[index].attempt, action))
            return effects
        } catch {
            return effects + self.postStartEnded(.error(message: error.message), at: index, now: now)
        }
    }

    /// A container runs, and its hook is through: from here on it is shown as running and probed.
    private mutating func settled(at index: Int, now: Instant) -> [Effect] {
        self.runs[index].activity = .running
        self.show(.running, at: index)
        return self.beginProbes(at: index, now: now)
    }

    private mutating func postStartEnded(_ outcome: ProbeOutcome, at index: Int, now: Instant) -> [Effect] {
        guard self.runs[index].activity == .settling else { return [] }
        let name = self.runs[index].container.name
        switch outcome {
        case .success:
            return self.settled(at: index, now: now)
        case .failure, .error:
            // What the hook said stays out of the event, as upstream: it may hold secrets.
            let grace = max(self.pod.spec.terminationGracePeriodSeconds ?? 30, 0)
            self.runs[index].activity = .running
            return [
                .record(.warning("FailedPostStartHook", "PostStartHook failed", container: name)),
                .record(.normal("Killing", "FailedPostStartHook", container: name)),
            ] + self.stop(at: index, deadline: now + .seconds(grace), now: now)
        }
    }

    private mutating func startFailed(_ error: RuntimeError, at index: Int, now: Instant) -> [Effect] {
        let name = self.runs[index].container.name
        let record = Effect.record(.warning("Failed", "Error: \(error.message)", container: name))
        if error.code == .badConfiguration {
            // Nothing was started: the same attempt is made again.
            self.runs[index].hasBeenStarted = self.runs[index].attempt > 0
            if self.runs[index].attempt > 0 { self.runs[index].attempt -= 1 }
            self.show(.waiting(reason: "\(error.code)", message: error.message), at: index)
            if self.termination != nil {
                self.runs[index].activity = .ended
                return [record] + self.goOnEnding(now: now)
            }
            let until = now + self.configuration.backoffInitial
            self.runs[index].activity = .restartPause(until: until)
            return [record, .setTimer(.container(name, .restart), at: until)]
        }
        let time = self.configuration.time(at: now)
        let termination = ContainerTermination(
            exitCode: 128,
            reason: "StartError",
            message: error.message,
            startedAt: KubernetesTime(seconds: 0),
            finishedAt: time,
            id: "seatrial://\(self.identity.uid)-\(name)-\(self.runs[index].attempt)"
        )
        return [record] + self.ended(termination, at: index, now: now)
    }

    /// A container ended: it is started again, or the pod goes on without it.
    private mutating func ended(_ termination: ContainerTermination, at index: Int, now: Instant) -> [Effect] {
        self.show(.terminated(termination), at: index)
        for probe in self.runs[index].probes.indices { self.runs[index].probes[probe].isOnHold = true }
        if self.termination != nil {
            self.runs[index].activity = .ended
            return self.goOnEnding(now: now)
        }
        let restarts: Bool =
            switch (self.runs[index].role, self.pod.spec.restartPolicy) {
            case (.sidecar, _): true
            case (_, "Never"): false
            case (_, "OnFailure"): termination.exitCode != 0
            case (let role, _): !(role == .initial && termination.exitCode == 0)  // Always is the default
            }
        guard restarts else {
            self.runs[index].activity = .ended
            return []
        }
        guard let until = self.runs[index].crashBackOff.end(at: now, max: self.configuration.backoffMax), until > now
        else {
            return self.startAgain(at: index, now: now)
        }
        let name = self.runs[index].container.name
        let pause = GoDuration.text(self.runs[index].crashBackOff.delay ?? .zero)
        self.runs[index].activity = .restartPause(until: until)
        self.show(
            .waiting(
                reason: "CrashLoopBackOff",
                message: "back-off \(pause) restarting failed container=\(name) pod=\(self.identity)"
            ),
            at: index
        )
        let message = "Back-off restarting failed container \(name) in pod \(self.identity)"
        return [
            .record(.warning("BackOff", message, container: name)), .setTimer(.container(name, .restart), at: until),
        ]
    }

    private mutating func startAgain(at index: Int, now: Instant) -> [Effect] {
        self.runs[index].crashBackOff.advance(
            now: now,
            initial: self.configuration.backoffInitial,
            max: self.configuration.backoffMax
        )
        return self.bringUp(at: index, now: now)
    }

    /// Changes what the container's status shows; how it ended stays visible as its last state.
    private mutating func show(_ shown: ContainerRun.Shown, at index: Int) {
        if let termination = self.runs[index].termination { self.runs[index].lastTermination = termination }
        self.runs[index].shown = shown
    }
}
