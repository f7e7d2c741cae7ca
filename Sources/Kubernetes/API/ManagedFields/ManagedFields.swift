// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Who writes: the manager that a write's fields belong to afterwards.
package struct FieldWriter: Hashable, Sendable {
    /// The field manager.
    package var manager: String
    /// The version that is written.
    package var apiVersion: String
    /// The subresource; empty for the object itself.
    package var subresource: String
    /// The present time, RFC 3339 in seconds.
    package var time: String

    /// A writer; without a name it is `unknown`.
    package init(manager: String, apiVersion: String, subresource: String?, time: String) {
        self.manager = manager.isEmpty ? "unknown" : manager
        self.apiVersion = apiVersion
        self.subresource = subresource ?? ""
        self.time = time
    }

    func identity(_ operation: ManagedFieldsEntry.Operation) -> ManagedFieldsEntry.Identity {
        .init(
            manager: self.manager,
            operation: operation,
            apiVersion: operation == .apply ? "" : self.apiVersion,
            subresource: self.subresource
        )
    }
}

/// The managers of an object's fields: `metadata.managedFields`, as upstream's field manager keeps it.
package struct ManagedFields: Hashable, Sendable {
    /// What bounds it.
    package enum Limits {
        /// Entries of writers other than by apply; the oldest of a version are put together beyond.
        package static let updateEntriesMax = 10
    }

    /// The entries, sorted as objects carry them.
    package private(set) var entries: [ManagedFieldsEntry]

    /// Nobody manages anything.
    package init() { self.entries = [] }

    /// The managers of an object. Entries that cannot be read make it empty.
    package init(of object: JSONValue) {
        let list = object["metadata", "managedFields"]?.array ?? []
        let entries = list.compactMap(ManagedFieldsEntry.init(json:))
        self.entries = entries.count == list.count ? entries : []
    }

    /// The managers that a write starts from: those in the body if it has any, else those of the stored object; nobody after a list with
    /// nothing in it, which is how clients clear it.
    package init(requested: JSONValue?, stored: JSONValue) {
        if let list = requested?.array, list.isEmpty || list == [.emptyObject] {
            self.init()
            return
        }
        if let requested, requested != stored["metadata", "managedFields"] {
            self.init(of: ["metadata": ["managedFields": requested]])
            if !self.entries.isEmpty { return }
        }
        self.init(of: stored)
    }

    /// As objects carry it; nil for nobody.
    package var json: JSONValue? {
        self.entries.isEmpty ? nil : .array(self.entries.map(\.json))
    }

    /// Whether the other differs in nothing but times.
    package func equalsButForTimes(_ other: ManagedFields) -> Bool {
        self.entries.count == other.entries.count
            && self.entries.allSatisfy { entry in
                other.entries.contains { $0.identity == entry.identity && $0.fields == entry.fields }
            }
    }

    // MARK: - Writes

    /// Records a write other than by apply: what changed belongs to the writer now, and to nobody else.
    /// - Parameters:
    ///   - old: the object before, or an empty one of the kind.
    ///   - new: the object after.
    package mutating func recordUpdate(from old: JSONValue, to new: JSONValue, kind: String, by writer: FieldWriter) {
        let comparison = FieldComparison(old, new, kind: kind)
        guard !comparison.changed.isEmpty || !comparison.removed.isEmpty else { return }
        self.record(comparison, by: writer)
    }

    /// Records that all of an object was there before anybody applied to it.
    mutating func recordBeforeFirstApply(_ object: JSONValue, empty: JSONValue, kind: String, by writer: FieldWriter) {
        var first = writer
        first.manager = "before-first-apply"
        self.recordUpdate(from: empty, to: object, kind: kind, by: first)
    }

    private mutating func record(_ comparison: FieldComparison, by writer: FieldWriter) {
        let identity = writer.identity(.update)
        for index in self.entries.indices {
            let fields = self.entries[index].fields.subtracting(comparison.removed)
            self.entries[index].fields =
                self.entries[index].identity == identity ? fields : fields.subtracting(comparison.changed)
        }
        if !comparison.changed.isEmpty {
            if let index = self.entries.firstIndex(where: { $0.identity == identity }) {
                self.entries[index].fields = self.entries[index].fields.union(comparison.changed)
                self.entries[index].time = writer.time
            } else {
                self.entries.append(
                    ManagedFieldsEntry(
                        identity: identity,
                        apiVersion: writer.apiVersion,
                        time: writer.time,
                        fields: comparison.changed
                    )
                )
            }
        }
        self.tidy()
    }

    /// What the entries of others say about changed paths, and what remains of them when those paths are taken away.
    func conflicts(with changed: FieldSet, except identity: ManagedFieldsEntry.Identity) -> [FieldConflict] {
        self.entries.filter { $0.identity != identity }.flatMap { entry in
            entry.fields.intersection(changed).paths.map { FieldConflict(holder: entry.identity, path: $0) }
        }
    }

    /// The fields of a manager; nil when it has none.
    func fields(of identity: ManagedFieldsEntry.Identity) -> FieldSet? {
        self.entries.first { $0.identity == identity }?.fields
    }

    /// Puts a manager's fields in the place of those that it had.
    mutating func replace(_ fields: FieldSet, of identity: ManagedFieldsEntry.Identity, apiVersion: String) {
        if let index = self.entries.firstIndex(where: { $0.identity == identity }) {
            self.entries[index].fields = fields
            self.entries[index].apiVersion = apiVersion
        } else {
            self.entries.append(
                ManagedFieldsEntry(identity: identity, apiVersion: apiVersion, time: nil, fields: fields)
            )
        }
    }

    /// Takes changed paths from all others and removed paths from everybody.
    mutating func yield(_ comparison: FieldComparison, to identity: ManagedFieldsEntry.Identity) {
        for index in self.entries.indices {
            let fields = self.entries[index].fields.subtracting(comparison.removed)
            self.entries[index].fields =
                self.entries[index].identity == identity ? fields : fields.subtracting(comparison.changed)
        }
    }

    /// Notes when a manager wrote last.
    mutating func stamp(_ identity: ManagedFieldsEntry.Identity, _ time: String) {
        if let index = self.entries.firstIndex(where: { $0.identity == identity }) { self.entries[index].time = time }
    }

    /// Drops who manages nothing, puts the oldest writers together when there are too many, and sorts.
    mutating func tidy() {
        self.entries.removeAll { $0.fields.isEmpty }
        self.entries.sort(by: ManagedFieldsEntry.precedes)
        self.mergeOldest()
    }

    private mutating func mergeOldest() {
        var writers = self.entries.count { $0.identity.operation == .update }
        var firstOfVersion: [String: ManagedFieldsEntry.Identity] = [:]
        for entry in self.entries where entry.identity.operation == .update && writers > Limits.updateEntriesMax {
            guard let first = firstOfVersion[entry.apiVersion] else {
                firstOfVersion[entry.apiVersion] = entry.identity
                continue
            }
            let bucket = ManagedFieldsEntry.Identity(
                manager: "ancient-changes",
                operation: .update,
                apiVersion: entry.apiVersion,
                subresource: ""
            )
            let held = self.fields(of: bucket) ?? self.fields(of: first) ?? FieldSet()
            self.entries.removeAll { $0.identity == bucket || $0.identity == first || $0.identity == entry.identity }
            self.entries.append(
                ManagedFieldsEntry(
                    identity: bucket,
                    apiVersion: entry.apiVersion,
                    time: entry.time,
                    fields: held.union(entry.fields)
                )
            )
            firstOfVersion[entry.apiVersion] = bucket
            writers -= 1
        }
        self.entries.sort(by: ManagedFieldsEntry.precedes)
    }
}
