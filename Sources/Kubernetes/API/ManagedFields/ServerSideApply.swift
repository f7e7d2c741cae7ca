// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Server-side apply: makes an object say what a configuration says, takes back what its manager said before and says no longer, and
/// refuses what others manage.
package struct ServerSideApply: Sendable {
    /// What came of it.
    package struct Outcome: Hashable, Sendable {
        /// The object, not yet with defaults; nil when nothing has changed but perhaps who manages what.
        package var object: JSONValue?
        /// Who manages what now.
        package var managers: ManagedFields
    }

    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    /// The kind of object.
    package var kind: String
    /// The kind with group and version, as Go prints it: `apps/v1, Kind=StatefulSet`.
    package var kindText: String
    /// Who applies.
    package var writer: FieldWriter
    /// Whether to take what others manage.
    package var isForced: Bool
    /// An object of the kind with nothing in it, in its normal form.
    package var empty: JSONValue

    /// An application.
    package init(kind: String, kindText: String, writer: FieldWriter, isForced: Bool, empty: JSONValue) {
        self.kind = kind
        self.kindText = kindText
        self.writer = writer
        self.isForced = isForced
        self.empty = empty
    }

    /// Applies a configuration to an object.
    /// - Parameters:
    ///   - live: the stored object, or ``empty``.
    ///   - ignoring: fields at the top that this path of the API leaves alone (`status`, or for the status all but it).
    /// - Throws: 400, 409 with the conflicts, or 500 for a configuration that is not of the kind.
    package func applied(
        _ configuration: JSONValue,
        to live: JSONValue,
        ignoring: (String) -> Bool
    ) throws(StatusError) -> Outcome {
        if configuration["metadata", "managedFields"] != nil {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let wanted: FieldSet
        do throws(ConfigurationFields.Problem) {
            wanted = try ConfigurationFields.set(of: configuration, kind: self.kind)
        } catch {
            let metadata = configuration["metadata"]
            let subject = "\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
            throw StatusError(
                code: 500,
                reason: "",
                message: "failed to create typed patch object (\(subject); \(self.kindText)): \(error.description)"
            )
        }
        var managers = ManagedFields(of: live)
        if managers.entries.isEmpty, live != self.empty {
            managers.recordBeforeFirstApply(live, empty: self.empty, kind: self.kind, by: self.writer)
        }
        let set = wanted.keepingTopFields { !ignoring($0) }
        let (outcome, conflicts) = self.attempt(configuration, set, live, managers)
        if conflicts.isEmpty || self.isForced { return self.withSyncedAnnotation(outcome, configuration, live) }
        let held = self.writer.manager == "kubectl" ? self.heldByClientSideApply(live) : FieldSet()
        let allowed = Set(held.paths)
        let others = conflicts.filter { !allowed.contains($0.path) }
        if others.isEmpty { return self.withSyncedAnnotation(outcome, configuration, live) }
        throw .applyConflict(others)
    }

    private func attempt(
        _ configuration: JSONValue,
        _ set: FieldSet,
        _ live: JSONValue,
        _ managers: ManagedFields
    ) -> (Outcome, [FieldConflict]) {
        let identity = self.writer.identity(.apply)
        var managers = managers
        let last = managers.fields(of: identity)
        managers.replace(set, of: identity, apiVersion: self.writer.apiVersion)
        let merged = ConfigurationMerge.merged(configuration, into: live, kind: self.kind)
        let object = last.map { self.pruned(merged, last: $0, managers) } ?? merged
        let comparison = FieldComparison(live, object, kind: self.kind)
        let conflicts = managers.conflicts(with: comparison.changed, except: identity)
        managers.yield(comparison, to: identity)
        let isSame = object == live
        if !isSame { managers.stamp(identity, self.writer.time) }
        managers.tidy()
        return (Outcome(object: isSame ? nil : object, managers: managers), conflicts)
    }

    /// The object without what the manager applied last time, does not apply now, and nobody else manages.
    private func pruned(_ merged: JSONValue, last: FieldSet, _ managers: ManagedFields) -> JSONValue {
        guard !last.isEmpty else { return merged }
        func named(_ set: FieldSet) -> FieldSet { ConfigurationMerge.withNamedFields(set, kind: self.kind) }
        func paths(_ object: JSONValue) -> FieldSet { named(ConfigurationFields.knownSet(of: object, kind: self.kind)) }
        let all = paths(merged)
        var rest = ConfigurationMerge.removing(named(last), from: merged, kind: self.kind)
        // Back comes what anybody claims, this manager's new configuration included …
        let claimed = named(managers.entries.reduce(FieldSet()) { $0.union($1.fields) })
        rest = ConfigurationMerge.removing(
            all.subtracting(paths(rest).union(claimed)),
            from: merged,
            kind: self.kind
        )
        // … and what went along without ever having been this manager's.
        let gone = all.subtracting(paths(rest)).intersection(named(last))
        return ConfigurationMerge.removing(gone, from: merged, kind: self.kind)
    }

    /// What kubectl's client-side apply set, as far as it still stands: its own server-side apply may take that over.
    private func heldByClientSideApply(_ live: JSONValue) -> FieldSet {
        guard let text = live["metadata", "annotations", Self.lastApplied]?.string else { return FieldSet() }
        do {
            let last = try JSONValue(parsing: text.utf8)
            guard last["apiVersion"]?.string == self.writer.apiVersion else { return FieldSet() }
            let comparison = FieldComparison(last, live, kind: self.kind)
            return try ConfigurationFields.set(of: last, kind: self.kind)
                .subtracting(comparison.changed).subtracting(comparison.removed)
        } catch {
            return FieldSet()  // an annotation that cannot be read holds nothing
        }
    }

    /// kubectl's server-side apply keeps the annotation of its client-side one up to date where an object has it.
    private func withSyncedAnnotation(_ outcome: Outcome, _ configuration: JSONValue, _ live: JSONValue) -> Outcome {
        var object = outcome.object ?? live
        guard self.writer.manager == "kubectl", object["metadata", "annotations", Self.lastApplied] != nil else {
            return outcome
        }
        var text = configuration
        text["metadata", "annotations", Self.lastApplied] = nil
        if text["metadata", "annotations"] == .emptyObject { text["metadata", "annotations"] = nil }
        object["metadata", "annotations", Self.lastApplied] = .string(text.text + "\n")
        return Outcome(object: object == live ? nil : object, managers: outcome.managers)
    }
}
