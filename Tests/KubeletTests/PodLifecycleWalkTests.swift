// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import JSON
import Kubelet
import KubernetesAPI
import Testing

/// Seeded walks: anything that can come back comes back at any time, in any order, and the rules hold after each step.
@Suite struct PodLifecycleWalkTests {
    private static let container: JSONValue = [
        "name": "app", "image": "x",
        "readinessProbe": ["exec": ["command": ["ready"]], "periodSeconds": 1],
        "livenessProbe": ["exec": ["command": ["alive"]], "periodSeconds": 2, "failureThreshold": 2],
        "lifecycle": [
            "postStart": ["exec": ["command": ["settle"]]], "preStop": ["exec": ["command": ["leave"]]],
        ],
    ]

    @Test(arguments: 0..<40)
    func walks(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed).split("walk")
        var walk = Walk(isPlain: generator.chance(0.3))
        walk.handle(.started)
        for _ in 0..<300 {
            try walk.step(&generator)
            if walk.machine.isFinished { break }
        }
        // Then the pod is deleted, everything answers, and nothing may be left.
        walk.delete(grace: 5)
        for _ in 0..<2000 where !walk.machine.isFinished { try walk.step(&generator, isHealthy: true) }
        #expect(walk.machine.isFinished, "seed \(seed): \(walk.machine)")
        #expect(walk.alive.isEmpty)
        #expect(walk.deletions == 1 && !walk.hasSandbox)
    }

    @Test func twoWalksOfASeedAreOne() throws {
        func trace() throws -> [PodLifecycle.Effect] {
            var generator = SeededGenerator(seed: 7)
            var walk = Walk(isPlain: false)
            walk.handle(.started)
            for _ in 0..<200 { try walk.step(&generator) }
            return walk.trace
        }
        #expect(try trace() == trace())
    }

    /// The world around a machine: what it asked for and has no answer to yet.
    private struct Walk {
        var machine: PodLifecycle
        var now = Instant.zero
        var pod: Pod
        var pending: [PodLifecycle.Effect] = []
        var timers: [(name: PodLifecycle.Timer, at: Instant)] = []
        var alive: Set<Int> = []
        var startedAttempts: [Int] = []
        var hasSandbox = false
        var deletions = 0
        var trace: [PodLifecycle.Effect] = []

        init(isPlain: Bool) {
            var container = PodLifecycleWalkTests.container
            if isPlain { container = ["name": "app", "image": "x"] }
            self.pod = Pod(json: [
                "metadata": ["name": "web-0", "namespace": "default", "uid": "u"],
                "spec": ["containers": [container], "terminationGracePeriodSeconds": 5],
            ])
            let origin = KubernetesTime(seconds: 0)
            self.machine = PodLifecycle(pod: self.pod, configuration: .init(hostAddress: "h", origin: origin))
        }

        mutating func delete(grace: Int64) {
            self.pod.json["metadata", "deletionTimestamp"] = "1970-01-01T00:00:00Z"
            self.pod.json["metadata", "deletionGracePeriodSeconds"] = .integer(grace)
            self.handle(.updated(self.pod))
        }

        mutating func handle(_ event: PodLifecycle.Event) {
            for effect in self.machine.handle(event, now: self.now) {
                self.trace.append(effect)
                switch effect {
                case .setTimer(let name, let time):
                    self.timers.removeAll { $0.name == name }
                    self.timers.append((name, time))
                case .createSandbox, .removeSandbox, .pull, .start, .probe, .postStart, .preStop:
                    self.pending.append(effect)
                case .signal(_, let number, _):
                    if number == 9 { self.pending.append(effect) }
                case .deleteObject: self.deletions += 1
                case .writeStatus(let report): self.check(report)
                case .record: break
                }
            }
        }

        private func check(_ report: PodStatusReport) {
            let status = PodStatus(json: report.status)
            let container = status.containerStatuses[0]
            if container.isReady { #expect(container.state.running != nil) }
            let ready = status.conditions.first { $0.type == "Ready" }
            #expect((ready?.status == "True") == container.isReady)
            if status.phase == "Running", container.restartCount == 0, container.lastState.terminated == nil {
                #expect(container.state.waiting == nil)
            }
        }

        /// One answer, one end of a container, or the next timer.
        mutating func step(_ generator: inout SeededGenerator, isHealthy: Bool = false) throws {
            if !self.pending.isEmpty, generator.chance(0.7) {
                let index = Int.random(in: self.pending.indices, using: &generator)
                return self.answer(self.pending.remove(at: index), isHealthy || generator.chance(0.7), &generator)
            }
            if let attempt = self.alive.min(), generator.chance(isHealthy ? 0.5 : 0.1) {
                return self.exit(attempt, code: Int32.random(in: 0...1, using: &generator))
            }
            if !isHealthy, generator.chance(0.02) { return self.handle(.updated(self.pod)) }
            guard let next = self.timers.indices.min(by: { self.timers[$0].at < self.timers[$1].at }) else { return }
            let timer = self.timers.remove(at: next)
            self.now = max(self.now, timer.at)
            self.handle(.timer(timer.name))
        }

        private mutating func exit(_ attempt: Int, code: Int32) {
            self.alive.remove(attempt)
            self.handle(.container("app", .exited(attempt: attempt, ProcessExit(code: code))))
        }

        private mutating func answer(
            _ effect: PodLifecycle.Effect,
            _ isGood: Bool,
            _ generator: inout SeededGenerator
        ) {
            switch effect {
            case .createSandbox:
                #expect(!self.hasSandbox)
                self.hasSandbox = isGood
                self.handle(isGood ? .sandboxCreated(address: "a") : .sandboxFailed(message: "no"))
            case .removeSandbox:
                #expect(self.alive.isEmpty, "a sandbox goes before its containers")
                self.hasSandbox = false
                self.handle(.sandboxRemoved)
            case .pull:
                let image = PulledImage(id: "i", wasPresent: true)
                let failure = RuntimeError(.imageNotFound, "no")
                self.handle(.container("app", isGood ? .pulled(image) : .pullFailed(failure)))
            case .start(_, let attempt):
                #expect(self.alive.isEmpty, "two lives of a container at once")
                #expect(self.startedAttempts.allSatisfy { $0 < attempt }, "a life was given twice")
                let code: RuntimeError.Code = generator.chance(0.5) ? .startFailed : .badConfiguration
                if isGood || code == .startFailed { self.startedAttempts.append(attempt) }
                guard isGood else {
                    let error = RuntimeError(code, "no")
                    return self.handle(.container("app", .startFailed(attempt: attempt, error)))
                }
                self.alive.insert(attempt)
                self.handle(.container("app", .started(attempt: attempt, id: "c\(attempt)")))
            case .probe(_, let kind, let attempt, _, _):
                let outcome: ProbeOutcome = isGood ? .success : .failure(output: "no")
                self.handle(.container("app", .probed(kind, attempt: attempt, outcome)))
            case .postStart(_, let attempt, _):
                self.handle(
                    .container("app", .postStartEnded(attempt: attempt, isGood ? .success : .failure(output: "")))
                )
            case .preStop(_, let attempt, _, _):
                self.handle(
                    .container("app", .preStopEnded(attempt: attempt, isGood ? .success : .failure(output: "")))
                )
            case .signal:
                if let attempt = self.alive.min() { self.exit(attempt, code: 137) }
            case .setTimer, .writeStatus, .record, .deleteObject: break
            }
        }
    }
}
