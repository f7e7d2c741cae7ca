// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Controllers
public import Determinism
import JSON

/// One controller at work, without I/O: what it has seen, which keys wait for a sync, and when it tries again.
///
/// A key is in flight once at most; a change meanwhile syncs it again afterwards. A sync starts only after the writes of
/// the sync before have come back in the watches: a stale cache would make it act twice.
public struct ControllerMachine: StateMachine, Sendable {
    /// What bounds the machine; intervals and rates are upstream's.
    public enum Limits {
        /// Keys in flight at a time.
        public static let workers = 5
        /// The first pause after a failed sync; it doubles with each failure in a row.
        public static let backoffMin = Duration.milliseconds(5)
        /// The longest pause after a failed sync.
        public static let backoffMax = Duration.seconds(1000)
        /// Retries a second over all keys, once the burst is used up.
        public static let retriesPerSecond = 10
        /// Retries that may come at once.
        public static let retryBurst = 100
        /// How long a sync waits for its own writes; a watch that lost them (by a new list) must not stop a key for ever.
        public static let ownWriteWait = Duration.seconds(30)
    }

    /// What can happen.
    public enum Event: Hashable, Sendable {
        /// A watch showed a change (an object of the first list is a new one).
        case changed(ObjectChange)
        /// Every watched kind has had its first list; nothing is synced before.
        case synced
        /// A plan was carried out, or stopped at a failure.
        case finished(ObjectName, SyncOutcome)
        /// A timer went off.
        case woke(Timer)
    }

    /// What the shell shall do.
    public enum Effect: Hashable, Sendable {
        /// Carry a plan out and hand the outcome in.
        case perform(ObjectName, ControllerPlan)
        /// Record these events; nothing else came of the plan.
        case record([EventRecord])
        /// Hand the timer in at that time; it may be stale by then.
        case wake(Timer, at: Instant)
        /// Why the key waits now; nil when it no longer does.
        case report(ObjectName, WaitingReason?)
        /// A rare path was taken.
        case reached(Probe)
    }

    /// Rare paths, counted by simulations.
    public enum Probe: String, Hashable, Sendable, CaseIterable {
        case ownWriteUnseen, retried, changedInFlight, gaveUpOnOwnWrite
    }

    /// A named timer of a key; only the newest of a name counts.
    public struct Timer: Hashable, Sendable {
        enum Name: Hashable, Sendable { case retry, again, ownWrites }
        let name: Name
        let key: ObjectName
        let generation: UInt64
    }

    /// What is known of a key between syncs.
    private struct Item: Hashable, Sendable {
        var isQueued = false
        var isInFlight = false
        var isDirty = false
        var failures = 0
        var unseen: [OwnWrite] = []
        var isBlocked = false
        var timers: [Timer.Name: UInt64] = [:]
        var waiting: WaitingReason?
        var notices: Set<EventRecord> = []
        var lookAgain: Duration?
        var planFailure: String?
        var backoffs = Backoffs()

        var isIdle: Bool { self == Item() }
    }

    private let reconciler: any Reconciler
    private let wallTimeAtZero: WallTime
    private let workers: Int
    /// What the watches have shown so far.
    public private(set) var cache = ObservedObjects()
    private var items: [ObjectName: Item] = [:]
    private var queue: [ObjectName] = []
    private var blocked: [ObjectName] = []
    private var inFlight = 0
    private var isSynced = false
    private var lastGeneration: UInt64 = 0
    private var retries = RetryBudget()

    /// A machine that runs a controller's decisions.
    /// - Parameters:
    ///   - wallTimeAtZero: the wall time at `Instant.zero`, for timestamps of objects.
    ///   - workers: keys in flight at a time.
    public init(_ reconciler: any Reconciler, wallTimeAtZero: WallTime, workers: Int = Limits.workers) {
        self.reconciler = reconciler
        self.wallTimeAtZero = wallTimeAtZero
        self.workers = workers
    }

    /// Whether no key waits for a sync, is in flight or is held back.
    public var isIdle: Bool { self.queue.isEmpty && self.blocked.isEmpty && self.inFlight == 0 }

    public mutating func handle(_ event: Event, now: Instant) -> [Effect] {
        self.handle(CollectionOfOne(event), now: now)
    }

    /// Takes all that waits, then starts syncs: a burst of changes of a key's objects makes one sync.
    public mutating func handle(_ events: some Sequence<Event>, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        for event in events {
            switch event {
            case .changed(let change):
                self.observe(change)
            case .synced:
                self.isSynced = true
            case .finished(let key, let outcome):
                effects += self.finish(key, outcome, now: now)
            case .woke(let timer):
                effects += self.wake(timer)
            }
        }
        self.unblock()
        effects += self.startSyncs(now: now)
        return effects
    }

    // MARK: - Changes

    private mutating func observe(_ change: ObjectChange) {
        var change = change
        if let new = change.new {
            change.old = self.cache.put(change.resource, new) ?? change.old
        } else if let old = change.old {
            change.old = self.cache.remove(change.resource, old) ?? old
        }
        for key in self.reconciler.keys(for: change, in: self.cache) {
            self.enqueue(key)
        }
    }

    private mutating func enqueue(_ key: ObjectName) {
        var item = self.items[key] ?? Item()
        if item.isInFlight {
            item.isDirty = true
        } else if !item.isQueued, !item.isBlocked {
            item.isQueued = true
            self.queue.append(key)
        }
        self.items[key] = item
    }

    /// Lets keys go on whose own writes have been seen by now.
    private mutating func unblock() {
        guard !self.blocked.isEmpty else { return }
        var still: [ObjectName] = []
        for key in self.blocked {
            let unseen = (self.items[key]?.unseen ?? []).filter { !$0.isSeen(in: self.cache) }
            self.items[key]?.unseen = unseen
            if unseen.isEmpty {
                self.items[key]?.isBlocked = false
                self.enqueue(key)
            } else {
                still.append(key)
            }
        }
        self.blocked = still
    }

    // MARK: - Syncs

    private mutating func startSyncs(now: Instant) -> [Effect] {
        guard self.isSynced else { return [] }
        var effects: [Effect] = []
        while self.inFlight < self.workers, !self.queue.isEmpty {
            let key = self.queue.removeFirst()
            self.items[key]?.isQueued = false
            let unseen = (self.items[key]?.unseen ?? []).filter { !$0.isSeen(in: self.cache) }
            self.items[key]?.unseen = unseen
            if let first = unseen.first {
                self.items[key]?.isBlocked = true
                self.blocked.append(key)
                effects.append(.reached(.ownWriteUnseen))
                effects += self.setWaiting(WaitingReason(.ownWriteUnseen, first.description), of: key)
                effects.append(self.setTimer(.ownWrites, of: key, at: now + Limits.ownWriteWait))
            } else {
                effects += self.start(key, now: now)
            }
        }
        return effects
    }

    private mutating func start(_ key: ObjectName, now: Instant) -> [Effect] {
        let wallTime = self.wallTimeAtZero + (now - Instant.zero)
        let backoffs = self.items[key]?.backoffs ?? Backoffs()
        var plan = self.reconciler.plan(for: key, in: self.cache, now: wallTime, backoffs: backoffs)
        self.items[key, default: Item()].backoffs = plan.backoffs
        let told = self.items[key]?.notices ?? []
        let notices = plan.notices.map { notice in
            var notice = notice
            notice.involved["resourceVersion"] = nil
            return notice
        }
        plan.events += zip(plan.notices, notices).filter { !told.contains($1) }.map(\.0)
        self.items[key, default: Item()].notices = Set(notices)
        plan.notices = []
        self.items[key, default: Item()].lookAgain = plan.lookAgain
        self.items[key, default: Item()].planFailure = plan.failure
        var effects = self.setWaiting(plan.waiting, of: key)
        if plan.isEmpty {
            if !plan.events.isEmpty { effects.append(.record(plan.events)) }
            effects += self.settle(key, failure: plan.failure, now: now)
        } else {
            self.items[key]?.isInFlight = true
            self.inFlight += 1
            effects.append(.perform(key, plan))
        }
        return effects
    }

    private mutating func finish(_ key: ObjectName, _ outcome: SyncOutcome, now: Instant) -> [Effect] {
        invariant(self.items[key]?.isInFlight == true, "\(key) finished, but was not in flight")
        self.inFlight -= 1
        self.items[key]?.isInFlight = false
        self.items[key]?.unseen = outcome.writes
        var effects = self.settle(key, failure: outcome.failure ?? self.items[key]?.planFailure ?? nil, now: now)
        if self.items[key]?.isDirty == true {
            self.items[key]?.isDirty = false
            effects.append(.reached(.changedInFlight))
            self.enqueue(key)
        }
        return effects
    }

    /// After a sync: a pause before the next try, or a look later on.
    private mutating func settle(_ key: ObjectName, failure: String?, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        if failure != nil {
            let failures = self.items[key]?.failures ?? 0
            let pause = min(Limits.backoffMax, Limits.backoffMin * (1 << min(failures, 20)))
            self.items[key]?.failures = failures + 1
            effects.append(.reached(.retried))
            effects.append(self.setTimer(.retry, of: key, at: max(now + pause, self.retries.next(now: now))))
        } else {
            self.items[key]?.failures = 0
            self.items[key]?.timers[.retry] = nil
        }
        self.items[key]?.timers[.again] = nil
        if let delay = self.items[key]?.lookAgain {
            self.items[key]?.lookAgain = nil
            effects.append(self.setTimer(.again, of: key, at: now + delay))
        }
        if self.items[key]?.isIdle == true { self.items[key] = nil }
        return effects
    }

    private mutating func setWaiting(_ reason: WaitingReason?, of key: ObjectName) -> [Effect] {
        guard self.items[key]?.waiting != reason else { return [] }
        self.items[key, default: Item()].waiting = reason
        return [.report(key, reason)]
    }

    // MARK: - Timers

    private mutating func setTimer(_ name: Timer.Name, of key: ObjectName, at instant: Instant) -> Effect {
        self.lastGeneration += 1
        self.items[key, default: Item()].timers[name] = self.lastGeneration
        return .wake(Timer(name: name, key: key, generation: self.lastGeneration), at: instant)
    }

    private mutating func wake(_ timer: Timer) -> [Effect] {
        guard self.items[timer.key]?.timers[timer.name] == timer.generation else { return [] }
        self.items[timer.key]?.timers[timer.name] = nil
        switch timer.name {
        case .retry, .again:
            self.enqueue(timer.key)
            return []
        case .ownWrites:
            guard self.items[timer.key]?.isBlocked == true else { return [] }
            self.items[timer.key]?.unseen = []
            return [.reached(.gaveUpOnOwnWrite)]
        }
    }
}
