// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import Determinism
import JSON
import KubernetesAPI

/// Controllers, an API server and a kubelet in virtual time: watches lag behind, requests take time or lose their answer,
/// controllers crash, pods die. What a scenario does and what must hold is the scenario's.
struct ControllerWorld {
    /// The latencies and rates of a run, drawn once.
    struct Weather {
        /// How long a watch event takes, in milliseconds.
        var watchDelayMax = 20
        /// The share of watch events that come late, and how late.
        var lateWatchShare = 0.0
        var lateWatchDelayMax = 3000
        /// The share of answers that get lost after the request took effect.
        var lostAnswerShare = 0.0
    }

    /// One controller: its machine and what is under way for it.
    private struct Node {
        var machine: ControllerMachine
        /// Counts its lives: what belongs to an earlier one is dropped.
        var life = 0
        var delivered: [GroupVersionResource: Int] = [:]
        var runs: [ObjectName: Run] = [:]
    }

    /// A plan under way, with what its controller knew when it was made.
    struct Run {
        var run: PlanRun
        var seen: ObservedObjects
        var plannedAt: WallTime
    }

    /// What happens in virtual time.
    enum Event {
        case deliver(node: Int, life: Int, GroupVersionResource)
        case request(node: Int, life: Int, ObjectName)
        case answer(node: Int, life: Int, ObjectName, PlanRun.Answer)
        case timer(node: Int, life: Int, ControllerMachine.Timer)
        case restart(node: Int)
        case pod(ObjectName, uid: String, PodStep)
        case host(String, HostStep)
        case scenario(Int)
    }

    private let reconcilers: [any Reconciler]
    private let wallTimeAtZero = WallTime(seconds: 1_000_000_000)
    private var nodes: [Node] = []
    private var timeline = Timeline<Event>()
    private var streams: [GroupVersionResource: [ObjectChange]] = [:]
    private var committed = 0
    private(set) var failure: SimulationReport.Failure?
    var api: SimulatedAPI
    var random: SeededGenerator
    var weather = Weather()
    /// The machines that pods are on; where there are none, pods are nowhere in particular.
    var hosts: [String] = []
    var downHosts: Set<String> = []
    /// When the plan was made whose request is inspected.
    private(set) var planTime = WallTime(seconds: 0)
    /// Drops the record of own writes: a planted defect.
    var forgetsOwnWrites = false
    /// A controller that crashes once its next request has taken effect.
    var crashesAtNextRequest: Int?
    /// Called before a controller's request is carried out; says what is wrong with it.
    var inspect: (inout ControllerWorld, ControllerAction, ObservedObjects) -> String? = { _, _, _ in nil }
    /// Called after a request was carried out; says what is wrong now.
    var review: (inout ControllerWorld, ControllerAction, PlanRun.Answer) -> String? = { _, _, _ in nil }
    /// Called for each committed change.
    var onCommit: (inout ControllerWorld, ObjectChange) -> Void = { _, _ in }
    /// Called for the scenario's own events.
    var onScenario: (inout ControllerWorld, Int) -> Void = { _, _ in }
    /// Is given a line for everything that happens.
    private let log: ((String) -> Void)?

    init(_ reconcilers: [any Reconciler], seed: SeededGenerator, log: ((String) -> Void)?) {
        self.log = log
        self.reconcilers = reconcilers
        self.random = seed
        self.api = SimulatedAPI(now: WallTime(seconds: 1_000_000_000))
        for index in reconcilers.indices {
            self.nodes.append(Node(machine: self.makeMachine(index)))
        }
    }

    var now: Instant { self.timeline.now }

    private func makeMachine(_ index: Int) -> ControllerMachine {
        ControllerMachine(self.reconcilers[index], wallTimeAtZero: self.wallTimeAtZero)
    }

    // MARK: - Time

    mutating func schedule(_ event: Event, after milliseconds: Int) {
        self.timeline.schedule(event, at: self.now + .milliseconds(milliseconds))
    }

    /// A number of milliseconds from 1 to `max`.
    mutating func delay(_ max: Int) -> Int { Int.random(in: 1...Swift.max(1, max), using: &self.random) }

    mutating func reached(_ probe: String) { self.timeline.reached(probe) }

    func note(_ text: @autoclosure () -> String) {
        if let log = self.log { log("\(self.now) \(text())") }
    }

    mutating func fail(_ kind: SimulationReport.Failure.Kind, _ because: String) {
        guard self.failure == nil else { return }
        self.failure = self.timeline.failure(kind, because)
    }

    /// Starts all controllers on the present state.
    mutating func start() {
        self.publish()
        for index in self.nodes.indices { self.boot(index) }
    }

    /// Runs until nothing is left to happen, a failure, or that time.
    mutating func run(until end: Instant) {
        while self.failure == nil, let next = self.timeline.nextInstant, next <= end, let event = self.timeline.next() {
            self.api.now = self.wallTimeAtZero + (self.now - .zero)
            self.handle(event)
            self.publish()
        }
    }

    func report(seed: UInt64) -> SimulationReport {
        self.timeline.report(seed: seed, failure: self.failure)
    }

    // MARK: - Events

    private mutating func handle(_ event: Event) {
        switch event {
        case .deliver(let index, let life, let resource):
            guard self.nodes[index].life == life else { return }
            let position = self.nodes[index].delivered[resource, default: 0]
            guard let change = self.streams[resource]?[position] else { return }
            self.nodes[index].delivered[resource] = position + 1
            self.note("\(self.reconcilers[index].component) sees \(Self.describe(change))")
            self.feed(index, .changed(change))
        case .request(let index, let life, let key):
            guard self.nodes[index].life == life, let run = self.nodes[index].runs[key], let action = run.run.next
            else {
                return
            }
            self.carryOut(action, of: run, key: key, index: index)
        case .answer(let index, let life, let key, let answer):
            guard self.nodes[index].life == life else { return }
            _ = self.nodes[index].runs[key]?.run.answered(answer)
            self.proceed(index, key)
        case .timer(let index, let life, let timer):
            guard self.nodes[index].life == life else { return }
            self.feed(index, .woke(timer))
        case .restart(let index):
            self.boot(index)
        case .pod(let key, let uid, let step):
            self.advance(key, uid: uid, step)
        case .host(let name, let step):
            self.happen(to: name, step)
        case .scenario(let number):
            self.onScenario(&self, number)
        }
    }

    private mutating func carryOut(_ action: ControllerAction, of run: Run, key: ObjectName, index: Int) {
        self.planTime = run.plannedAt
        if let wrong = self.inspect(&self, action, run.seen) { self.fail(.safety, wrong) }
        var answer: PlanRun.Answer
        let unmet = action.preconditions.compactMap { precondition in
            precondition.unmet(by: self.api.object(precondition.identity.resource, precondition.identity.key))
        }.first
        if let unmet {
            answer = .unmet(unmet)
        } else {
            switch self.api.perform(action) {
            case .success(let body): answer = .success(body)
            case .failure(let error):
                answer = .refused(error)
                self.reached(error.isConflict ? "conflicts" : error.code == 429 ? "evictionsRefused" : "refusals")
            }
        }
        self.timeline.trace.record("\(self.now) \(action.operation) \(action.key)")
        self.note(
            "\(self.reconcilers[index].component) asks: \(action.operation) \(action.key), \(Self.describe(answer))"
        )
        if let wrong = self.review(&self, action, answer) { self.fail(.safety, wrong) }
        if action.operation != .read, self.random.chance(self.weather.lostAnswerShare) {
            self.reached("lostAnswers")
            answer = .failed("the connection was lost")
        }
        if self.crashesAtNextRequest == index {
            self.crashesAtNextRequest = nil
            self.crash(index)
            return
        }
        let life = self.nodes[index].life
        self.schedule(.answer(node: index, life: life, key, answer), after: self.delay(5))
    }

    // MARK: - Controllers

    private mutating func feed(_ index: Int, _ event: ControllerMachine.Event) {
        let life = self.nodes[index].life
        for effect in self.nodes[index].machine.handle(event, now: self.now) {
            switch effect {
            case .perform(let key, let plan):
                self.nodes[index].runs[key] = Run(
                    run: PlanRun(plan),
                    seen: self.nodes[index].machine.cache,
                    plannedAt: self.api.now
                )
                self.proceed(index, key)
            case .wake(let timer, let instant):
                self.timeline.schedule(.timer(node: index, life: life, timer), at: max(instant, self.now))
            case .report(let key, let reason):
                if reason?.code == .budgetSpent { self.reached("heldByBudget") }
                self.timeline.trace.record("\(self.now) \(key) \(reason.map(\.description) ?? "-")")
                self.note("\(self.reconcilers[index].component) waits at \(key): \(reason.map(\.description) ?? "-")")
            case .reached(let probe):
                self.reached(probe == .ownWriteUnseen ? "staleSyncs" : probe.rawValue)
            case .record:
                break
            }
        }
    }

    private mutating func proceed(_ index: Int, _ key: ObjectName) {
        guard let run = self.nodes[index].runs[key] else { return }
        if run.run.next != nil {
            self.schedule(.request(node: index, life: self.nodes[index].life, key), after: self.delay(5))
            return
        }
        self.nodes[index].runs[key] = nil
        var outcome = run.run.outcome
        if self.forgetsOwnWrites { outcome.writes = [] }
        self.feed(index, .finished(key, outcome))
    }

    /// A controller stops at any point of its plan and comes back later, knowing nothing.
    mutating func crash(_ index: Int) {
        self.reached("crashes")
        self.note("\(self.reconcilers[index].component) crashes")
        if !self.nodes[index].runs.isEmpty { self.reached("crashesInMidSync") }
        self.nodes[index].life += 1
        self.nodes[index].runs = [:]
        let pause = self.delay(2000)
        self.schedule(.restart(node: index), after: pause)
    }

    /// Lists everything, then watches from there.
    private mutating func boot(_ index: Int) {
        self.nodes[index].machine = self.makeMachine(index)
        for resource in self.reconcilers[index].watched {
            self.nodes[index].delivered[resource] = self.streams[resource]?.count ?? 0
            for object in self.api.objects.objects(resource) {
                self.feed(index, .changed(ObjectChange(resource: resource, old: nil, new: object)))
            }
        }
        // Deliveries that were under way belong to the time before.
        self.nodes[index].life += 1
        self.feed(index, .synced)
    }

    /// Hands what was committed to the watches, each with a delay of its own.
    private mutating func publish() {
        while self.committed < self.api.history.count {
            let change = self.api.history[self.committed].change
            self.committed += 1
            self.streams[change.resource, default: []].append(change)
            for index in self.nodes.indices where self.reconcilers[index].watched.contains(change.resource) {
                let isLate = self.random.chance(self.weather.lateWatchShare)
                if isLate { self.reached("lateWatches") }
                let delay = self.delay(isLate ? self.weather.lateWatchDelayMax : self.weather.watchDelayMax)
                self.schedule(.deliver(node: index, life: self.nodes[index].life, change.resource), after: delay)
            }
            self.note("committed: \(Self.describe(change))")
            if change.resource == .pods { self.follow(change) }
            self.onCommit(&self, change)
        }
    }
}
