// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import JSON
package import KubernetesAPI
package import KubernetesClient
import Synchronization

/// One reader of a resource's history. It holds a position, not a queue: a slow reader costs nothing, and one that is too far
/// behind is ended with 410.
package final class WatchSession: Sendable {
    private struct State {
        /// All events up to here have been handed out or do not concern this reader.
        var position: Int64
        var ready: Deque<WatchEvent>
        var isEnded = false
        var nextBookmark: Double
    }

    private let server: APIServer
    private let request: ResolvedRequest
    private let namespace: String?
    private let deadline: Double?
    private let state: Mutex<State>

    /// A reader that begins with these events and goes on after a revision.
    init(_ request: ResolvedRequest, server: APIServer, initial: [WatchEvent], after revision: Int64) {
        let now = server.configuration.now()
        self.server = server
        self.request = request
        self.namespace = request.definition.isNamespaced ? request.api.namespace : nil
        self.deadline = request.options.timeoutSeconds.flatMap { $0 > 0 ? now + Double($0) : nil }
        self.state = Mutex(
            State(
                position: revision,
                ready: Deque(initial),
                nextBookmark: now + APIServer.Limits.bookmarkSeconds
            )
        )
    }

    /// The text of the answer's Warning header; nil for none.
    package var warning: String? { self.request.deprecation }

    /// The next event; nil when the watch has ended or its task is cancelled.
    package func next() async -> WatchEvent? {
        if let event = self.state.withLock({ $0.ready.popFirst() }) { return event }
        guard await self.fill() else { return nil }
        return self.state.withLock { $0.ready.popFirst() }
    }

    /// The events that are ready together, at least one; nil when the watch has ended or its task is cancelled.
    package func nextBatch() async -> [WatchEvent]? {
        guard await self.fill() else { return nil }
        return self.state.withLock { state in
            defer { state.ready = [] }
            return Array(state.ready)
        }
    }

    /// Waits until something is ready; false when nothing comes any more.
    private func fill() async -> Bool {
        while !Task.isCancelled {
            let (isReady, isEnded, position) = self.state.withLock { (!$0.ready.isEmpty, $0.isEnded, $0.position) }
            if isReady { return true }
            if isEnded { return false }
            let batch = self.server.store.events(of: self.request.stored, after: position)
            if let oldest = batch.expiredBefore {
                let error = StatusError.expired("too old resource version: \(position) (\(oldest))").json
                self.state.withLock { state in
                    state.isEnded = true
                    state.ready.append(.error(error))
                }
                return true
            }
            // A position in the future stays there: nothing is shown until it is reached.
            let upTo = max(position, batch.upTo)
            let events = batch.events.compactMap(self.seen)
            self.state.withLock { state in
                state.position = upTo
                state.ready.append(contentsOf: events)
            }
            if !batch.events.isEmpty { continue }
            let now = self.server.configuration.now()
            if let deadline = self.deadline, now >= deadline { return false }
            if let bookmark = self.dueBookmark(at: upTo, now: now) {
                self.state.withLock { $0.ready.append(bookmark) }
                return true
            }
            await self.server.store.wait(forEventsOf: self.request.stored, after: upTo)
        }
        return false
    }

    private func dueBookmark(at revision: Int64, now: Double) -> WatchEvent? {
        guard self.request.options.allowsBookmarks else { return nil }
        let isDue = self.state.withLock { state in
            guard now >= state.nextBookmark else { return false }
            state.nextBookmark = now + APIServer.Limits.bookmarkSeconds
            return true
        }
        return isDue ? .bookmark(self.request.bookmark(at: revision)) : nil
    }

    /// What this reader sees of a change: objects come into view and go out of view with their labels and fields too.
    private func seen(_ event: StoreEvent) -> WatchEvent? {
        if let namespace, event.object["metadata", "namespace"]?.string ?? "" != namespace { return nil }
        let selection = self.request.options.selection
        let isSelected = event.kind != .deleted && selection.matches(event.object)
        let wasSelected = event.previous.map(selection.matches) ?? false
        switch (wasSelected, isSelected) {
        case (false, false): return nil
        case (false, true): return .added(self.encoded(event.object))
        case (true, true): return .modified(self.encoded(event.object))
        case (true, false):
            guard event.kind != .deleted, var object = event.previous else {
                return .deleted(self.encoded(event.object))
            }
            // It went out of view: shown as it was seen last, at the revision of the change.
            object["metadata", "resourceVersion"] = .string(String(event.revision))
            return .deleted(self.encoded(object))
        }
    }

    private func encoded(_ object: JSONValue) -> JSONValue {
        self.request.definition.encode(object, version: self.request.version)
    }
}

extension ResolvedRequest {
    /// An object that says only: everything up to this revision has been delivered.
    func bookmark(at revision: Int64, endsInitialEvents: Bool = false) -> JSONValue {
        var metadata: JSONValue = ["resourceVersion": .string(String(revision))]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return [
            "kind": .string(self.definition.kind), "apiVersion": .string(self.api.resource.apiVersion),
            "metadata": metadata,
        ]
    }
}

extension APIServer {
    /// Opens a watch.
    package func watch(_ rest: RESTRequest) throws(StatusError) -> WatchSession {
        let request = try self.resolve(rest)
        let options = request.options
        let isInitial = options.sendsInitialEvents ?? !(options.resourceVersion != nil)
        guard isInitial else {
            return WatchSession(
                request,
                server: self,
                initial: [],
                after: options.resourceVersion ?? self.store.revision
            )
        }
        let namespace = request.definition.isNamespaced ? request.api.namespace : nil
        let (objects, revision) = self.store.read { state in
            (state.objects(of: request.stored, namespace: namespace), state.revision)
        }
        var initial = objects.filter(options.selection.matches).map { object in
            WatchEvent.added(request.definition.encode(object, version: request.version))
        }
        // Upstream marks the end of the initial events for watches from "any" version (0) too.
        if options.allowsBookmarks, options.sendsInitialEvents ?? options.hasResourceVersion {
            initial.append(.bookmark(request.bookmark(at: revision, endsInitialEvents: true)))
        }
        return WatchSession(request, server: self, initial: initial, after: revision)
    }
}
