// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import KubernetesAPI

extension PodLifecycle {
    /// Sets the first turns of a container's probes: the startup probe alone, while there is one.
    mutating func beginProbes(at index: Int, now: Instant) -> [Effect] {
        for position in self.runs[index].probes.indices {
            self.runs[index].probes[position].begin(due: .distantFuture)
        }
        let hasStartup = self.runs[index].probes.contains { $0.kind == .startup }
        return self.setFirstTurns(at: index, now: now) { kind in hasStartup ? kind == .startup : true }
    }

    private mutating func setFirstTurns(
        at index: Int,
        now: Instant,
        of isWanted: (ProbeKind) -> Bool
    ) -> [Effect] {
        var effects = [Effect]()
        let name = self.runs[index].container.name
        for position in self.runs[index].probes.indices {
            let worker = self.runs[index].probes[position]
            guard isWanted(worker.kind) else { continue }
            // From the container's start; promptly, when that time has passed (after a startup probe).
            let due = max(now, self.runs[index].startedAt + .seconds(worker.probe.initialDelaySeconds))
            self.runs[index].probes[position].begin(due: due)
            effects +=
                due <= now
                ? self.probeIsDue(worker.kind, at: index, now: now)
                : [.setTimer(.container(name, .probe(worker.kind)), at: due)]
        }
        return effects
    }

    mutating func probeIsDue(_ kind: ProbeKind, at index: Int, now: Instant) -> [Effect] {
        guard let position = self.runs[index].probes.firstIndex(where: { $0.kind == kind }),
            self.runs[index].isAlive, self.runs[index].probes[position].due <= now,
            !self.runs[index].probes[position].isOnHold
        else { return [] }
        let container = self.runs[index].container
        self.runs[index].probes[position].advance(now: now)
        let timer = Effect.setTimer(
            .container(container.name, .probe(kind)),
            at: self.runs[index].probes[position].due
        )
        guard !self.runs[index].probes[position].isInFlight else {
            self.runs[index].probes[position].isOverdue = true
            return [timer]
        }
        return [timer] + self.probe(at: index, position)
    }

    private mutating func probe(at index: Int, _ position: Int) -> [Effect] {
        let (container, worker) = (self.runs[index].container, self.runs[index].probes[position])
        do {
            let action = try ProbeAction(worker.probe, of: container)
            self.runs[index].probes[position].isInFlight = true
            self.runs[index].probes[position].isOverdue = false
            return [
                .probe(
                    container: container.name,
                    worker.kind,
                    attempt: self.runs[index].attempt,
                    action,
                    timeout: .seconds(max(worker.probe.timeoutSeconds, 1))
                )
            ]
        } catch {
            return [.record(self.errored(worker.kind, error.message, container: container.name))]
        }
    }

    private func errored(_ kind: ProbeKind, _ message: String, container: String) -> PodEvent {
        let text = "\(kind.rawValue) probe errored and resulted in unknown state: \(message)"
        return .warning("Unhealthy", text, container: container)
    }

    mutating func probed(
        _ kind: ProbeKind,
        attempt: Int,
        _ outcome: ProbeOutcome,
        at index: Int,
        now: Instant
    ) -> [Effect] {
        guard let position = self.runs[index].probes.firstIndex(where: { $0.kind == kind }) else { return [] }
        self.runs[index].probes[position].isInFlight = false
        guard attempt == self.runs[index].attempt, self.runs[index].isAlive,
            !self.runs[index].probes[position].isOnHold
        else { return [] }
        var effects = self.take(outcome, at: index, position, now: now)
        if self.runs[index].probes[position].isOverdue, !self.runs[index].probes[position].isOnHold {
            effects += self.probe(at: index, position)
        }
        return effects
    }

    private mutating func take(_ outcome: ProbeOutcome, at index: Int, _ position: Int, now: Instant) -> [Effect] {
        let kind = self.runs[index].probes[position].kind
        let container = self.runs[index].container
        switch outcome {
        case .success:
            let changed = self.runs[index].probes[position].count(true)
            guard kind == .startup, changed else { return [] }
            self.runs[index].probes[position].isOnHold = true  // it has done its work for this life
            return self.setFirstTurns(at: index, now: now) { $0 != .startup }
        case .failure(let output):
            _ = self.runs[index].probes[position].count(false)
            let text = "\(kind.rawValue) probe failed: \(output)"
            let record = Effect.record(.warning("Unhealthy", text, container: container.name))
            guard self.runs[index].probes[position].hasFailedForGood, self.runs[index].activity == .running else {
                return [record]
            }
            for worker in self.runs[index].probes.indices where self.runs[index].probes[worker].kind != .readiness {
                self.runs[index].probes[worker].isOnHold = true
            }
            let message = "Container \(container.name) failed \(kind.rawValue.lowercased()) probe, will be restarted"
            let own = self.runs[index].probes[position].probe.terminationGracePeriodSeconds
            let grace = own ?? self.pod.spec.terminationGracePeriodSeconds ?? 30
            return [record, .record(.normal("Killing", message, container: container.name))]
                + self.stop(at: index, deadline: now + .seconds(max(grace, 0)), now: now)
        case .error(let message):
            // Nothing is known of the container: such an outcome does not count.
            return [.record(self.errored(kind, message, container: container.name))]
        }
    }
}
