// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
package import JSON
package import KubernetesAPI
package import KubernetesClient

/// All objects and their recent history, as a value: one global revision, one table a resource.
///
/// ``apply(_:)`` is the only mutator. So the records are the seam for persistence: a store that writes each record before it
/// applies it, and replays them at its start, holds the same state again.
package struct StoreState: Sendable {
    /// What bounds the store.
    package enum Limits {
        /// Events remembered a resource; who watches from before them gets 410.
        package static let historyEventsMax = 2_000
        /// How far a reader may be behind before it is ended with 410.
        package static let lagEventsMax = 1_000
        /// Events handed to a reader at a time.
        package static let batchEventsMax = 100
    }

    private struct Table {
        var namespaces: [String: [String: JSONValue]] = [:]
        var history: Deque<StoreEvent> = []
        /// Events up to this revision may have been forgotten.
        var floor: Int64 = 0
    }

    private var tables: [GroupVersionResource: Table] = [:]
    /// The revision of the newest change; the resourceVersion of lists.
    package private(set) var revision: Int64 = 1

    /// No objects.
    package init() {}

    /// The object of that name.
    package func object(_ key: ObjectKey, of resource: GroupVersionResource) -> JSONValue? {
        self.tables[resource]?.namespaces[key.namespace]?[key.name]
    }

    /// The objects of a resource in a namespace (nil: in all), sorted by namespace and name.
    package func objects(of resource: GroupVersionResource, namespace: String?) -> [JSONValue] {
        guard let table = self.tables[resource] else { return [] }
        let names = namespace.map { [$0] } ?? table.namespaces.keys.sorted()
        return names.flatMap { name in
            (table.namespaces[name] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// The objects as they were at a past revision; nil when that is forgotten.
    package func objects(of resource: GroupVersionResource, namespace: String?, at revision: Int64) -> [JSONValue]? {
        guard let table = self.tables[resource] else { return [] }
        guard revision >= table.floor else { return nil }
        var objects: [ObjectKey: JSONValue] = [:]
        for object in self.objects(of: resource, namespace: namespace) { objects[ObjectKey(of: object)] = object }
        for event in table.history.reversed() where event.revision > revision {
            let key = ObjectKey(of: event.object)
            if namespace == nil || namespace == key.namespace { objects[key] = event.previous }
        }
        return objects.sorted { $0.key < $1.key }.map(\.value)
    }

    /// How many objects of a resource there are.
    package func count(of resource: GroupVersionResource) -> Int {
        self.tables[resource]?.namespaces.values.reduce(0) { $0 + $1.count } ?? 0
    }

    /// The next events of a resource after a revision, and up to where a reader is complete with them.
    package func events(of resource: GroupVersionResource, after revision: Int64) -> EventBatch {
        guard let table = self.tables[resource] else { return EventBatch(events: [], upTo: self.revision) }
        guard revision >= table.floor else { return .expired(oldest: table.floor) }
        var (low, high) = (0, table.history.count)
        while low < high {
            let middle = (low + high) / 2
            if table.history[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        let behind = table.history.count - low
        guard behind <= Limits.lagEventsMax else { return .expired(oldest: table.floor) }
        let events = Array(table.history[low..<min(low + Limits.batchEventsMax, table.history.count)])
        let isAll = events.count == behind
        return EventBatch(events: events, upTo: isAll ? self.revision : events.last?.revision ?? self.revision)
    }

    /// Makes a change; its revision must be the next one.
    package mutating func apply(_ record: StoreRecord) {
        self.revision = record.revision
        var table = self.tables.removeValue(forKey: record.resource) ?? Table()
        let previous = table.namespaces[record.key.namespace]?[record.key.name]
        var object = record.object
        if record.isDeletion {
            // Watches show what goes as it was stored last, at the revision of its end.
            object = previous ?? object
            object["metadata", "resourceVersion"] = .string(String(record.revision))
        } else if let previous {
            object = object.sharingStorage(with: previous)
        }
        table.namespaces[record.key.namespace, default: [:]][record.key.name] = record.isDeletion ? nil : object
        if table.namespaces[record.key.namespace]?.isEmpty == true {
            table.namespaces[record.key.namespace] = nil
        }
        table.history.append(
            StoreEvent(
                kind: record.isDeletion ? .deleted : previous == nil ? .added : .modified,
                revision: record.revision,
                object: object,
                previous: previous
            )
        )
        if table.history.count > Limits.historyEventsMax, let oldest = table.history.popFirst() {
            table.floor = oldest.revision
        }
        self.tables[record.resource] = table
    }
}

/// One change of the store: the new state of an object, or its last one when it goes.
package struct StoreRecord: Hashable, Sendable {
    /// The global revision that the change makes.
    package var revision: Int64
    /// Which kind of object.
    package var resource: GroupVersionResource
    /// Which one.
    package var key: ObjectKey
    /// The object, with the revision as its resourceVersion.
    package var object: JSONValue
    /// Whether the object goes.
    package var isDeletion: Bool

    /// A change.
    package init(
        revision: Int64,
        resource: GroupVersionResource,
        key: ObjectKey,
        object: JSONValue,
        isDeletion: Bool
    ) {
        self.revision = revision
        self.resource = resource
        self.key = key
        self.object = object
        self.isDeletion = isDeletion
    }
}

/// A change as watches see it.
package struct StoreEvent: Hashable, Sendable {
    /// What happened.
    package enum Kind: Hashable, Sendable {
        case added, modified, deleted
    }

    /// What happened.
    package var kind: Kind
    /// The revision of the change.
    package var revision: Int64
    /// The object after the change; for a deletion in its last state, with the deletion's resourceVersion.
    package var object: JSONValue
    /// The object before the change.
    package var previous: JSONValue?
}

/// What a reader of the history gets.
package struct EventBatch: Hashable, Sendable {
    /// The events, in order.
    package var events: [StoreEvent]
    /// The reader is complete up to this revision.
    package var upTo: Int64
    /// Set when the reader is too far behind: the oldest revision it could have started from.
    package var expiredBefore: Int64?

    static func expired(oldest: Int64) -> EventBatch {
        EventBatch(events: [], upTo: oldest, expiredBefore: oldest)
    }
}

extension JSONValue {
    /// This value, with members that equal those of an older version replaced by the older ones: history then costs only what changed.
    fileprivate func sharingStorage(with old: JSONValue) -> JSONValue {
        guard let mine = self.object, let theirs = old.object else { return self }
        var shared = self
        for (key, value) in mine {
            guard let other = theirs[key] else { continue }
            if value == other {
                shared[key] = other
            } else if key == "metadata" {
                shared[key] = value.sharingStorage(with: other)
            }
        }
        return shared
    }
}
