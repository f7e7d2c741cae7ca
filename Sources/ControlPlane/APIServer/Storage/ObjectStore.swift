// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesAPI
package import KubernetesClient
import Synchronization

/// The objects of a cluster behind one lock, which is never held while a change is worked out.
package final class ObjectStore: Sendable {
    /// What a change makes of an object.
    package enum Change: Hashable, Sendable {
        /// Store this. Storing what is there already changes nothing, not even the revision.
        case write(JSONValue)
        /// Remove it; this is its last state.
        case remove(JSONValue)
        /// Leave it; this is the answer.
        case keep(JSONValue)
    }

    private struct Guarded {
        var state = StoreState()
        var waiters: [GroupVersionResource: [Int: CheckedContinuation<Void, Never>]] = [:]
        var nextWaiter = 0

        mutating func takeWaiters(of resource: GroupVersionResource) -> [CheckedContinuation<Void, Never>] {
            self.waiters.removeValue(forKey: resource).map { $0.values.map { $0 } } ?? []
        }
    }

    private let guarded = Mutex(Guarded())

    /// An empty store.
    package init() {}

    /// Reads one consistent state. The lock is held meanwhile: take what is needed, work on it afterwards.
    package func read<Answer: Sendable>(_ body: (borrowing StoreState) throws -> Answer) rethrows -> Answer {
        try self.guarded.withLock { try body($0.state) }
    }

    /// The revision of the newest change.
    package var revision: Int64 { self.guarded.withLock { $0.state.revision } }

    /// The object of that name.
    package func object(_ key: ObjectKey, of resource: GroupVersionResource) -> JSONValue? {
        self.guarded.withLock { $0.state.object(key, of: resource) }
    }

    /// The next events of a resource after a revision.
    package func events(of resource: GroupVersionResource, after revision: Int64) -> EventBatch {
        self.guarded.withLock { $0.state.events(of: resource, after: revision) }
    }

    /// Stores a new object and returns it with its resourceVersion; nil when the name is taken.
    package func create(_ object: JSONValue, at key: ObjectKey, of resource: GroupVersionResource) -> JSONValue? {
        self.commit(of: resource) { state in
            guard state.object(key, of: resource) == nil else { return nil }
            return Self.record(.write(object), at: key, of: resource, in: state)
        }?.object
    }

    /// Changes an object by a function of its present state, which is called again when somebody else was faster.
    /// - Returns: the object after the change (the last state of a removed one); nil when there is no such object.
    /// - Throws: what the function throws; nothing has changed then.
    @discardableResult
    package func update(
        _ key: ObjectKey,
        of resource: GroupVersionResource,
        _ change: (JSONValue) throws -> Change
    ) rethrows -> JSONValue? {
        while true {
            guard let current = self.object(key, of: resource) else { return nil }
            let wanted = try change(current)
            switch wanted {
            case .keep(let object): return object
            case .write(let object) where object == current: return object
            case .write, .remove: break
            }
            var wasFaster = false
            let record = self.commit(of: resource) { state in
                guard state.object(key, of: resource)?.resourceVersion == current.resourceVersion else {
                    wasFaster = true
                    return nil
                }
                return Self.record(wanted, at: key, of: resource, in: state)
            }
            if !wasFaster { return record?.object }
        }
    }

    /// Waits until a resource has events after a revision, until ``wakeAll()``, or until the task is cancelled.
    package func wait(forEventsOf resource: GroupVersionResource, after revision: Int64) async {
        let id = self.guarded.withLock { guarded in
            guarded.nextWaiter += 1
            return guarded.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = self.guarded.withLock { guarded in
                    let batch = guarded.state.events(of: resource, after: revision)
                    if !batch.events.isEmpty || batch.expiredBefore != nil || Task.isCancelled { return true }
                    guarded.waiters[resource, default: [:]][id] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            self.guarded.withLock { $0.waiters[resource]?.removeValue(forKey: id) }?.resume()
        }
    }

    /// Wakes whoever waits, to look at the clock.
    package func wakeAll() {
        let waiters = self.guarded.withLock { guarded in
            defer { guarded.waiters = [:] }
            return guarded.waiters.values.flatMap(\.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    private func commit(
        of resource: GroupVersionResource,
        _ decide: (borrowing StoreState) -> StoreRecord?
    ) -> StoreRecord? {
        let (record, waiters) = self.guarded.withLock { guarded in
            guard let record = decide(guarded.state) else {
                return (StoreRecord?.none, [CheckedContinuation<Void, Never>]())
            }
            guarded.state.apply(record)
            return (record, guarded.takeWaiters(of: resource))
        }
        for waiter in waiters { waiter.resume() }
        return record
    }

    private static func record(
        _ change: Change,
        at key: ObjectKey,
        of resource: GroupVersionResource,
        in state: borrowing StoreState
    ) -> StoreRecord? {
        let revision = state.revision + 1
        func stamped(_ object: JSONValue) -> JSONValue {
            var object = object
            object["metadata", "resourceVersion"] = .string(String(revision))
            return object
        }
        switch change {
        case .write(let object):
            return StoreRecord(
                revision: revision,
                resource: resource,
                key: key,
                object: stamped(object),
                isDeletion: false
            )
        case .remove(let object):
            return StoreRecord(
                revision: revision,
                resource: resource,
                key: key,
                object: stamped(object),
                isDeletion: true
            )
        case .keep:
            return nil
        }
    }
}

extension JSONValue {
    /// `metadata.resourceVersion`.
    var resourceVersion: String? { self["metadata", "resourceVersion"]?.string }
}
