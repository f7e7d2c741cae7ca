// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// Who manages which field, kept up with every write.
extension APIServer {
    /// Records a creation. Called before admission: what that adds belongs to nobody.
    func manageCreation(of object: inout JSONValue, requested: JSONValue?, _ request: ResolvedRequest) {
        // The server makes the status; nobody creates one.
        var (empty, created) = (self.emptyObject(of: request.definition), object)
        empty["status"] = nil
        created["status"] = nil
        var managers = ManagedFields(requested: requested, stored: empty)
        managers.recordUpdate(
            from: empty,
            to: created,
            kind: request.definition.kind,
            by: request.writer(at: self.timestamp())
        )
        object["metadata", "managedFields"] = self.fieldSets.shared(managers.json)
    }

    /// Records an update, status or other subresource. Called last: only what changes in the end changes hands.
    /// - Parameter requested: the managers in the body; nil when the body has no say in that.
    func manageUpdate(
        of object: inout JSONValue,
        old: JSONValue,
        requested: JSONValue?,
        _ request: ResolvedRequest
    ) {
        let present = old["metadata", "managedFields"]
        object["metadata", "managedFields"] = present
        if object == old, requested == nil || requested == present { return }
        var managers = ManagedFields(requested: requested, stored: old)
        // Whoever cleared the managers wants no more of this.
        if !managers.entries.isEmpty {
            managers.recordUpdate(
                from: old,
                to: object,
                kind: request.definition.kind,
                by: request.writer(at: self.timestamp())
            )
        }
        object["metadata", "managedFields"] = self.fieldSets.shared(managers.json)
    }

    /// Puts in what an apply says about managers. When nothing but times differs, nothing has happened.
    func manageApply(of object: inout JSONValue, old: JSONValue, _ managers: ManagedFields) {
        object["metadata", "managedFields"] = old["metadata", "managedFields"]
        if object == old, managers.equalsButForTimes(ManagedFields(of: old)) { return }
        object["metadata", "managedFields"] = self.fieldSets.shared(managers.json)
    }

    /// An object of a kind with nothing in it, in its normal form.
    func emptyObject(of definition: ResourceDefinition) -> JSONValue {
        self.emptyObjects[definition.kind] ?? definition.emptyObject
    }
}

extension ResourceDefinition {
    /// An object of this kind with nothing in it, in its normal form.
    var emptyObject: JSONValue {
        var normalizer = ObjectNormalizer(keepsUnknownFields: true)
        do throws(ObjectNormalizer.TypeError) {
            return try normalizer.normalize(.emptyObject, as: self.kind)
        } catch {
            return .emptyObject  // what has no members has none of a wrong type
        }
    }
}
