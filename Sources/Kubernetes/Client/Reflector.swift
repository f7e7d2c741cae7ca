// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism
public import JSON

/// Keeps a copy of a collection by list and watch: the cache behind controllers, kubelets and the DNS. No I/O.
///
/// Its shell performs ``Effect/list(attempt:)``, ``Effect/watch(resourceVersion:attempt:)`` and
/// ``Effect/wait(until:attempt:)`` one at a time, and hands what comes back in with the same attempt number: answers of an
/// earlier attempt are dropped, so that a late event can never undo a newer list.
public struct Reflector: StateMachine, Hashable, Sendable {
    /// What comes back from the world.
    public enum Event: Hashable, Sendable {
        /// Begin.
        case start
        /// A list's answer.
        case listed(JSONValue, attempt: Int)
        /// A list failed, for whatever reason.
        case listFailed(attempt: Int)
        /// A watch delivered.
        case watched(WatchEvent, attempt: Int)
        /// A watch ended or could not be opened; `expired` when the server said 410.
        case watchEnded(expired: Bool, attempt: Int)
        /// A wait is over.
        case waited(attempt: Int)
    }

    /// What the shell shall do.
    public enum Effect: Hashable, Sendable {
        /// List the collection.
        case list(attempt: Int)
        /// Watch the collection, ending any watch before.
        case watch(resourceVersion: String, attempt: Int)
        /// Come back at that time.
        case wait(until: Instant, attempt: Int)
        /// The cache changed; in order of resourceVersion, but for what a new list reveals.
        case changed(CacheChange)
        /// The first list is in: the cache can be trusted.
        case synced
    }

    /// The shortest and the longest pause after a failure; it doubles from one to the next.
    public static let backoffMin = Duration.milliseconds(100)
    /// See ``backoffMin``.
    public static let backoffMax = Duration.seconds(10)

    private enum Phase: Hashable {
        case idle
        case listing
        case watching(progressed: Bool)
        case pausing(thenList: Bool)
    }

    private var phase = Phase.idle
    private var attempt = 0
    private var failures = 0
    private var cache: [ObjectKey: JSONValue] = [:]
    private let typeMeta: TypeMeta

    /// Whether the first list is in.
    public private(set) var isSynced = false
    /// The resourceVersion up to which the cache is complete; empty before the first list.
    public private(set) var resourceVersion = ""

    /// A reflector of objects of a kind; `apiVersion` and `kind` are put back into listed items, which carry none.
    public init(apiVersion: String, kind: String) {
        self.typeMeta = TypeMeta(apiVersion: apiVersion, kind: kind)
    }

    /// The object of that name as last seen.
    public subscript(key: ObjectKey) -> JSONValue? { self.cache[key] }

    /// All objects, sorted by namespace and name.
    public var objects: [JSONValue] {
        self.cache.sorted { $0.key < $1.key }.map(\.value)
    }

    /// How many objects there are.
    public var count: Int { self.cache.count }

    public mutating func handle(_ event: Event, now: Instant) -> [Effect] {
        switch event {
        case .start:
            guard self.phase == .idle else { return [] }
            return self.beginList()
        case .listed(let list, let attempt):
            guard attempt == self.attempt, self.phase == .listing else { return [] }
            return self.replace(with: list)
        case .listFailed(let attempt):
            guard attempt == self.attempt, self.phase == .listing else { return [] }
            return self.pause(thenList: true, now: now)
        case .watched(let event, let attempt):
            guard attempt == self.attempt, case .watching = self.phase else { return [] }
            return self.receive(event, now: now)
        case .watchEnded(let expired, let attempt):
            guard attempt == self.attempt, case .watching(let progressed) = self.phase else { return [] }
            if expired { return self.beginList() }
            return progressed ? self.beginWatch() : self.pause(thenList: false, now: now)
        case .waited(let attempt):
            guard attempt == self.attempt, case .pausing(let thenList) = self.phase else { return [] }
            return thenList ? self.beginList() : self.beginWatch()
        }
    }

    private mutating func beginList() -> [Effect] {
        self.attempt += 1
        self.phase = .listing
        return [.list(attempt: self.attempt)]
    }

    private mutating func beginWatch() -> [Effect] {
        self.attempt += 1
        self.phase = .watching(progressed: false)
        return [.watch(resourceVersion: self.resourceVersion, attempt: self.attempt)]
    }

    private mutating func pause(thenList: Bool, now: Instant) -> [Effect] {
        self.attempt += 1
        self.phase = .pausing(thenList: thenList)
        let delay = min(Self.backoffMax, Self.backoffMin * (1 << min(self.failures, 10)))
        self.failures += 1
        return [.wait(until: now + delay, attempt: self.attempt)]
    }

    private mutating func replace(with list: JSONValue) -> [Effect] {
        var fresh: [ObjectKey: JSONValue] = [:]
        for item in list["items"]?.array ?? [] {
            let object = self.typeMeta.completing(item)
            fresh[ObjectKey(of: object)] = object
        }
        var effects: [Effect] = []
        for (key, old) in self.cache.sorted(by: { $0.key < $1.key }) where fresh[key] == nil {
            effects.append(.changed(.deleted(old)))
        }
        for (key, new) in fresh.sorted(by: { $0.key < $1.key }) {
            effects += self.change(from: self.cache[key], to: new)
        }
        self.cache = fresh
        self.resourceVersion = list["metadata", "resourceVersion"]?.string ?? ""
        self.failures = 0
        if !self.isSynced {
            self.isSynced = true
            effects.append(.synced)
        }
        return effects + self.beginWatch()
    }

    /// A name that was deleted and made anew between two looks is two changes: who holds the old uid must see it go.
    private func change(from old: JSONValue?, to new: JSONValue) -> [Effect] {
        guard let old else { return [.changed(.added(new))] }
        guard old != new else { return [] }
        guard old["metadata", "uid"] == new["metadata", "uid"] else {
            return [.changed(.deleted(old)), .changed(.added(new))]
        }
        return [.changed(.updated(old: old, new: new))]
    }

    private mutating func receive(_ event: WatchEvent, now: Instant) -> [Effect] {
        switch event {
        case .added(let object), .modified(let object):
            let key = ObjectKey(of: object)
            let effects = self.change(from: self.cache[key], to: object)
            self.cache[key] = object
            self.advance(to: object)
            return effects
        case .deleted(let object):
            let known = self.cache.removeValue(forKey: ObjectKey(of: object))
            self.advance(to: object)
            return known == nil ? [] : [.changed(.deleted(object))]
        case .bookmark(let object):
            self.advance(to: object)
            return []
        case .error(let status):
            return status["code"]?.integer == 410 ? self.beginList() : self.pause(thenList: true, now: now)
        }
    }

    private mutating func advance(to object: JSONValue) {
        self.phase = .watching(progressed: true)
        self.failures = 0
        if let version = object["metadata", "resourceVersion"]?.string { self.resourceVersion = version }
    }
}
