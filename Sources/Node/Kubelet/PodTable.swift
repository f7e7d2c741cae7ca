// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import KubernetesAPI
import KubernetesClient
import NIOCore

/// The pods of a kubelet: their machines, their timers and what waits to be written. Belongs to the kubelet's loop.
struct PodTable {
    /// A pod and what its life has under way.
    private struct Entry {
        var machine: PodLifecycle
        var pod: Pod
        var timers: [PodLifecycle.Timer: Scheduled<Void>] = [:]
        var writes = WriteQueue()
    }

    private let kubelet: Kubelet
    private let input: AsyncStream<Kubelet.Input>.Continuation
    private let recorder: EventWriter
    private let loop: any EventLoop
    private let lifecycle: PodLifecycle.Configuration
    private var entries: [PodIdentity: Entry] = [:]
    private var ignored = IgnoredFields()

    init(
        kubelet: Kubelet,
        input: AsyncStream<Kubelet.Input>.Continuation,
        recorder: EventWriter,
        loop: any EventLoop
    ) {
        self.kubelet = kubelet
        self.input = input
        self.recorder = recorder
        self.loop = loop
        self.lifecycle = PodLifecycle.Configuration(
            hostAddress: kubelet.configuration.address,
            origin: WallClock.origin,
            backoffInitial: kubelet.configuration.backoffInitial,
            backoffMax: kubelet.configuration.backoffMax
        )
    }

    /// Takes one input in and performs what follows from it.
    mutating func take(_ input: Kubelet.Input, group: inout ThrowingDiscardingTaskGroup<any Error>) {
        switch input {
        case .changed(.added(let object)):
            let pod = Pod(json: object)
            let identity = PodIdentity(of: pod)
            guard self.entries[identity] == nil else { return self.update(pod, group: &group) }
            self.entries[identity] = Entry(machine: PodLifecycle(pod: pod, configuration: self.lifecycle), pod: pod)
            if let event = self.ignored.event(about: pod) { self.recorder.record(event, about: pod) }
            self.handle(.started, of: identity, group: &group)
        case .changed(.updated(_, let object)):
            self.update(Pod(json: object), group: &group)
        case .changed(.deleted(let object)):
            let identity = PodIdentity(of: Pod(json: object))
            self.entries[identity]?.writes.objectIsGone()
            self.handle(.removed, of: identity, group: &group)
        case .happened(let identity, let event):
            self.handle(event, of: identity, group: &group)
        case .written(let identity, let outcome):
            guard let pause = self.entries[identity]?.writes.written(outcome) else {
                self.write(identity, group: &group)
                return self.forgetWhenDone(identity)
            }
            let input = self.input
            self.loop.scheduleTask(in: .nanoseconds(pause.wholeNanoseconds)) { input.yield(.writeAgain(identity)) }
        case .writeAgain(let identity):
            self.entries[identity]?.writes.pauseIsOver()
            self.write(identity, group: &group)
        }
    }

    private mutating func update(_ pod: Pod, group: inout ThrowingDiscardingTaskGroup<any Error>) {
        let identity = PodIdentity(of: pod)
        self.entries[identity]?.pod = pod
        self.handle(.updated(pod), of: identity, group: &group)
    }

    private mutating func handle(
        _ event: PodLifecycle.Event,
        of identity: PodIdentity,
        group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        guard let effects = self.entries[identity]?.machine.handle(event, now: WallClock.now) else { return }
        for effect in effects { self.perform(effect, of: identity, group: &group) }
        self.write(identity, group: &group)
        self.forgetWhenDone(identity)
    }

    private mutating func perform(
        _ effect: PodLifecycle.Effect,
        of identity: PodIdentity,
        group: inout ThrowingDiscardingTaskGroup<any Error>
    ) {
        guard let pod = self.entries[identity]?.pod else { return }
        let performer = EffectPerformer(kubelet: self.kubelet, pod: pod, identity: identity, input: self.input)
        switch effect {
        case .createSandbox:
            group.addTask { await performer.createSandbox() }
        case .removeSandbox:
            group.addTask { await performer.removeSandbox() }
        case .pull(let container, let image):
            group.addTask { await performer.pull(image, for: container) }
        case .start(let container, let attempt):
            group.addTask { await performer.start(container, attempt: attempt) }
        case .signal(let container, let number, let grace):
            self.kubelet.runtime.signal(number, to: container, in: identity, grace: grace)
        case .probe(let container, let kind, let attempt, let action, let timeout):
            group.addTask {
                let outcome = await performer.perform(action, in: container, timeout: timeout)
                performer.report(.container(container, .probed(kind, attempt: attempt, outcome)))
            }
        case .postStart(let container, let attempt, let action):
            group.addTask {
                let outcome = await performer.perform(action, in: container, timeout: Limits.postStartMax)
                performer.report(.container(container, .postStartEnded(attempt: attempt, outcome)))
            }
        case .preStop(let container, let attempt, let action, let timeout):
            group.addTask {
                let outcome = await performer.perform(action, in: container, timeout: timeout)
                performer.report(.container(container, .preStopEnded(attempt: attempt, outcome)))
            }
        case .setTimer(let timer, let time):
            self.entries[identity]?.timers[timer]?.cancel()
            let input = self.input
            let scheduled = self.loop.scheduleTask(
                deadline: .uptimeNanoseconds(UInt64(clamping: time.nanoseconds))
            ) { _ = input.yield(.happened(identity, .timer(timer))) }
            self.entries[identity]?.timers[timer] = scheduled
        case .writeStatus(let report):
            self.entries[identity]?.writes.enqueue(report)
        case .deleteObject:
            self.entries[identity]?.writes.enqueueDeletion()
        case .record(let event):
            self.recorder.record(event, about: pod)
        }
    }

    private mutating func write(_ identity: PodIdentity, group: inout ThrowingDiscardingTaskGroup<any Error>) {
        guard let write = self.entries[identity]?.writes.next() else { return }
        let (client, input) = (self.kubelet.client, self.input)
        group.addTask {
            input.yield(.written(identity, await write.perform(of: identity, client: client)))
        }
    }

    private mutating func forgetWhenDone(_ identity: PodIdentity) {
        guard let entry = self.entries[identity], entry.machine.isFinished, entry.writes.isIdle else { return }
        for timer in entry.timers.values { timer.cancel() }
        self.entries[identity] = nil
    }

    /// Ends everything that still runs.
    /// - Parameter grace: what containers get to end by themselves; nil: nothing, as when a machine loses its power.
    mutating func shutDown(grace: Duration?) async {
        for entry in self.entries.values {
            for timer in entry.timers.values { timer.cancel() }
        }
        let runtime = self.kubelet.runtime
        await withDiscardingTaskGroup { group in
            for identity in self.entries.keys {
                group.addTask {
                    if let grace { await runtime.stopContainers(of: identity, within: grace) }
                    await runtime.removeSandbox(of: identity)
                }
            }
        }
        self.entries = [:]
    }
}
