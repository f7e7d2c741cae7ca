// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import Determinism
import KubernetesAPI
import KubernetesClient
import Synchronization

/// Runs one controller: its machine, its requests and its timers. All decisions are the machine's.
struct ControllerRunner: Sendable {
    typealias Event = ControllerMachine.Event

    let reconciler: any Reconciler
    let client: KubernetesClient
    let recorder: EventRecorder
    let onWaiting: @Sendable (WaitingReport) -> Void
    private let mailbox = Mailbox<Event>()

    init(
        reconciler: any Reconciler,
        client: KubernetesClient,
        recorder: EventRecorder,
        onWaiting: @escaping @Sendable (WaitingReport) -> Void
    ) {
        self.reconciler = reconciler
        self.client = client
        self.recorder = recorder
        self.onWaiting = onWaiting
    }

    /// Hands an event to the machine.
    func post(_ event: Event) {
        self.mailbox.post(event)
    }

    /// Runs until cancelled. Requests in flight end first.
    func run(clock: ControllerClock) async {
        var machine = ControllerMachine(self.reconciler, wallTimeAtZero: clock.wallTimeAtZero)
        let component = self.reconciler.component
        let recorder = self.recorder
        let performer = PlanPerformer(client: self.client) { recorder.record($0, component: component) }
        await withDiscardingTaskGroup { group in
            for await _ in self.mailbox.signals {
                for effect in machine.handle(self.mailbox.takeAll(), now: clock.now()) {
                    switch effect {
                    case .perform(let key, let plan):
                        group.addTask { self.mailbox.post(.finished(key, await performer.perform(plan))) }
                    case .record(let records):
                        for record in records { recorder.record(record, component: component) }
                    case .wake(let timer, let instant):
                        group.addTask {
                            do { try await clock.sleep(until: instant) } catch { return }  // cancelled
                            self.mailbox.post(.woke(timer))
                        }
                    case .report(let key, let reason):
                        self.onWaiting(WaitingReport(controller: component, key: key, reason: reason))
                    case .reached:
                        break
                    }
                }
            }
            group.cancelAll()
        }
    }
}

/// The clock of all controllers of a manager: instants since its start, and the wall time then.
struct ControllerClock: Sendable {
    private let clock = ContinuousClock()
    private let origin: ContinuousClock.Instant
    /// The wall time at `Instant.zero`.
    let wallTimeAtZero: WallTime

    init(wallTime: WallTime) {
        self.origin = self.clock.now
        self.wallTimeAtZero = wallTime
    }

    func now() -> Instant { .zero + (self.clock.now - self.origin) }
    func wallTime() -> WallTime { self.wallTimeAtZero + (self.clock.now - self.origin) }
    func sleep(until instant: Instant) async throws {
        try await self.clock.sleep(until: self.origin + (instant - .zero))
    }
}
