// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesAPI

/// An entry of `metadata.ownerReferences`.
package struct OwnerReference: Hashable, Sendable {
    package var json: JSONValue

    package init(json: JSONValue) {
        self.json = json
    }

    /// The reference by which a controller owns what it makes.
    package init(controller owner: JSONValue, kind: String, apiVersion: String) {
        self.json = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": owner["metadata", "name"] ?? "",
            "uid": owner["metadata", "uid"] ?? "", "controller": true, "blockOwnerDeletion": true,
        ]
    }

    package var apiVersion: String { self.json["apiVersion"]?.string ?? "" }
    package var kind: String { self.json["kind"]?.string ?? "" }
    package var name: String { self.json["name"]?.string ?? "" }
    package var uid: String { self.json["uid"]?.string ?? "" }
    package var isController: Bool { self.json["controller"]?.bool ?? false }
    package var blocksOwnerDeletion: Bool { self.json["blockOwnerDeletion"]?.bool ?? false }

    /// The API group, whatever the version.
    package var group: Substring {
        let parts = self.apiVersion.split(separator: "/")
        return parts.count == 2 ? parts[0] : ""
    }

    /// All references of an object.
    package static func all(of object: JSONValue) -> [OwnerReference] {
        (object["metadata", "ownerReferences"]?.array ?? []).map(OwnerReference.init(json:))
    }

    /// The reference to the controller of an object, if it has one.
    package static func controller(of object: JSONValue) -> OwnerReference? {
        for reference in object["metadata", "ownerReferences"]?.array ?? [] where reference["controller"] == true {
            return OwnerReference(json: reference)
        }
        return nil
    }

    /// The owners of a kind to sync after a change of what they own; an orphan may be adopted by all that select it.
    static func keys(
        of owners: GroupVersionResource,
        kind: String,
        for change: ObjectChange,
        in cache: ObservedObjects
    ) -> [ObjectName] {
        var keys: [ObjectName] = []
        for object in [change.new, change.old].compactMap(\.self) {
            guard let owner = OwnerReference.controller(of: object), owner.kind == kind else { continue }
            let key = ObjectName(namespace: object.namespace, name: owner.name)
            if cache.object(owners, key)?.uid == owner.uid, !keys.contains(key) { keys.append(key) }
        }
        guard let new = change.new, OwnerReference.controller(of: new) == nil,
            change.old == nil || change.old?["metadata", "labels"] != new["metadata", "labels"] || !keys.isEmpty
                || change.old.map(OwnerReference.all(of:)) != OwnerReference.all(of: new)
        else { return keys }
        for owner in cache.objects(owners, in: new.namespace)
        where ObjectSelector(owner["spec", "selector"]).matches(new) {
            let key = ObservedObjects.key(of: owner)
            if !keys.contains(key) { keys.append(key) }
        }
        return keys
    }
}

extension JSONValue {
    /// `metadata.name`; empty when absent.
    package var name: String { self["metadata"]?["name"]?.string ?? "" }
    /// `metadata.namespace`; empty when absent.
    package var namespace: String { self["metadata"]?["namespace"]?.string ?? "" }
    /// `metadata.uid`; empty when absent.
    package var uid: String { self["metadata"]?["uid"]?.string ?? "" }
    /// Whether its deletion was asked for.
    package var isTerminating: Bool { self["metadata"]?["deletionTimestamp"]?.string != nil }
    /// `metadata.finalizers`.
    package var finalizers: [String] { (self["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string) }

    /// An array, or nothing when it is empty: how the API has lists. (A conditional expression with `nil` would give null.)
    package static func list(_ elements: [JSONValue]) -> JSONValue? {
        guard !elements.isEmpty else { return nil }
        return .array(elements)
    }

    /// The condition of that type in `status.conditions`.
    package func condition(_ type: String) -> JSONValue? {
        for condition in self["status"]?["conditions"]?.array ?? [] where condition["type"]?.string == type {
            return condition
        }
        return nil
    }

    /// The object's life, as a kind that is served there.
    package func identity(_ resource: GroupVersionResource) -> ObjectIdentity {
        ObjectIdentity(resource: resource, key: ObservedObjects.key(of: self), uid: self.uid)
    }
}
