// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
public import JSON
public import KubernetesAPI
import Synchronization

/// A ``Reflector`` at work: lists and watches a collection until its task is cancelled. Readers see whole states only.
public final class ObjectCache: Sendable {
    /// The collection to copy.
    public struct Source: Hashable, Sendable {
        /// Which kind of object.
        public var resource: GroupVersionResource
        /// Its `kind`.
        public var kind: String
        /// Only this namespace; nil for all.
        public var namespace: String?
        /// Only what these selectors match.
        public var labelSelector: String?
        /// See ``labelSelector``.
        public var fieldSelector: String?

        /// All objects of a type, or those that the namespace and the selectors leave.
        public init<Object: KubernetesObject>(
            _ type: Object.Type,
            namespace: String? = nil,
            labelSelector: String? = nil,
            fieldSelector: String? = nil
        ) {
            self.resource = Object.resource
            self.kind = Object.kind
            self.namespace = namespace
            self.labelSelector = labelSelector
            self.fieldSelector = fieldSelector
        }
    }

    private struct State {
        var reflector: Reflector
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// What is copied.
    public let source: Source
    private let transport: any KubernetesTransport
    private let onChange: @Sendable (CacheChange) -> Void
    private let state: Mutex<State>

    /// A cache of a collection.
    /// - Parameter onChange: called for every change, in order, after readers can see it, never twice at a time. It
    ///   must return at once (put a key on a queue).
    public init(
        _ source: Source,
        transport: any KubernetesTransport,
        onChange: @escaping @Sendable (CacheChange) -> Void = { _ in }
    ) {
        self.source = source
        self.transport = transport
        self.onChange = onChange
        self.state = Mutex(
            State(reflector: Reflector(apiVersion: source.resource.apiVersion, kind: source.kind))
        )
    }

    /// Whether the first list is in.
    public var isSynced: Bool { self.state.withLock { $0.reflector.isSynced } }

    /// Returns once the first list is in.
    public func waitUntilSynced() async {
        await withCheckedContinuation { continuation in
            let isSynced = self.state.withLock { state in
                if !state.reflector.isSynced { state.waiters.append(continuation) }
                return state.reflector.isSynced
            }
            if isSynced { continuation.resume() }
        }
    }

    /// The object of that name as last seen.
    public func object(_ key: ObjectKey) -> JSONValue? { self.state.withLock { $0.reflector[key] } }

    /// The object of that name as last seen.
    public func object<Object: KubernetesObject>(_ type: Object.Type, _ name: String, namespace: String = "") -> Object?
    {
        self.object(ObjectKey(namespace: namespace, name: name)).map(Object.init(json:))
    }

    /// All objects, sorted by namespace and name.
    public var objects: [JSONValue] { self.state.withLock { $0.reflector.objects } }

    /// All objects, sorted by namespace and name.
    public func objects<Object: KubernetesObject>(_ type: Object.Type) -> [Object] {
        self.objects.map(Object.init(json:))
    }

    /// Lists and watches until the task is cancelled. Run it once.
    public func run() async {
        let clock = ContinuousClock()
        let origin = clock.now
        func now() -> Instant { .zero + (clock.now - origin) }

        var work = self.turn(.start, now: now())
        while let current = work, !Task.isCancelled {
            switch current {
            case .list(let attempt):
                work = self.turn(await self.list(attempt), now: now())
            case .wait(let until, let attempt):
                do { try await clock.sleep(for: until - now()) } catch { break }  // cancelled: the loop ends
                work = self.turn(.waited(attempt: attempt), now: now())
            case .watch(let resourceVersion, let attempt):
                work = await self.watch(from: resourceVersion, attempt: attempt, now: now)
            case .changed, .synced:
                work = nil
            }
        }
        // Nobody may hang on a cache that has stopped; readers see that it is not synced.
        for waiter in self.state.withLock({ state in
            defer { state.waiters = [] }
            return state.waiters
        }) {
            waiter.resume()
        }
    }

    private func list(_ attempt: Int) async -> Reflector.Event {
        do {
            let response = try await self.transport.send(self.request(.list))
            return response.status < 400 ? .listed(response.body, attempt: attempt) : .listFailed(attempt: attempt)
        } catch {
            return .listFailed(attempt: attempt)  // the reflector tries again, with growing pauses
        }
    }

    private func watch(from resourceVersion: String, attempt: Int, now: () -> Instant) async -> Reflector.Effect? {
        var request = self.request(.watch)
        request.parameters["resourceVersion"] = resourceVersion
        request.parameters["allowWatchBookmarks"] = "true"
        var isExpired = false
        do {
            for try await event in try await self.transport.watch(request) {
                let next = self.turn(.watched(event, attempt: attempt), now: now())
                if let next { return next }
            }
        } catch let error as StatusError {
            isExpired = error.code == 410
        } catch {
            // A broken connection is an end like any other: the watch is taken up where it stopped.
        }
        return self.turn(.watchEnded(expired: isExpired, attempt: attempt), now: now())
    }

    private func request(_ verb: APIRequest.Verb) -> APIRequest {
        var request = APIRequest(verb, self.source.resource, namespace: self.source.namespace)
        request.parameters["labelSelector"] = self.source.labelSelector
        request.parameters["fieldSelector"] = self.source.fieldSelector
        return request
    }

    /// Hands an event in, tells of the changes and returns what there is to do next, if that is something new.
    private func turn(_ event: Reflector.Event, now: Instant) -> Reflector.Effect? {
        let (effects, waiters) = self.state.withLock { state in
            let effects = state.reflector.handle(event, now: now)
            guard state.reflector.isSynced else { return (effects, [CheckedContinuation<Void, Never>]()) }
            defer { state.waiters = [] }
            return (effects, state.waiters)
        }
        var next: Reflector.Effect?
        for effect in effects {
            switch effect {
            case .changed(let change): self.onChange(change)
            case .synced: break
            case .list, .watch, .wait: next = effect
            }
        }
        for waiter in waiters { waiter.resume() }
        return next
    }
}
