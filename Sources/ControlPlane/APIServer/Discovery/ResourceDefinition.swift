// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesAPI

/// One kind of object that the API server serves: its names, what can be done with it, and the pure functions that
/// make, check and show its objects. Storage, admission and HTTP live elsewhere and ask here.
package struct ResourceDefinition: Sendable {
    /// The API group; empty for the core group.
    package var group: String
    /// The versions served, the preferred one first; objects are stored in that one.
    package var versions: [String]
    /// The plural, lower-case resource, such as `statefulsets`.
    package var resource: String
    /// The singular, such as `statefulset`.
    package var singular: String
    /// The kind, such as `StatefulSet`.
    package var kind: String
    /// Short names for kubectl, such as `sts`.
    package var shortNames: [String] = []
    /// Groups of kinds for kubectl, such as `all`.
    package var categories: [String] = []
    /// Whether its objects live in namespaces.
    package var isNamespaced: Bool = true
    /// What can be done with it, sorted.
    package var verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
    /// Its subresources, sorted by name.
    package var subresources: [SubresourceDefinition] = []
    /// Defaults, preparation and validation of its objects.
    package var strategy: any ResourceStrategy
    /// How lists of it look in tables.
    package var table: TableDefinition
    /// What upstream's discovery says of the stored version (a hash that clients compare); empty for nothing.
    package var storageVersionHash = ""
    /// The Warning header of every answer about it, when it is deprecated.
    package var deprecation: String?
    /// What turns a body of an earlier version than the stored one into that, defaults of its own included.
    package var fromBeta: (@Sendable (inout JSONValue) -> Void)?
    /// The way back.
    package var toBeta: (@Sendable (inout JSONValue) -> Void)?

    /// For a second view of another group's objects: where they are stored; nil when they are stored as this resource.
    /// ``fromBeta`` and ``toBeta`` lead there and back from each version.
    package var storage: GroupVersionResource?
    /// The name of its bodies' definition in the schema, where that is not the kind's.
    package var schemaName: String?

    /// The resource in the version that objects are stored in.
    package var stored: GroupVersionResource { self.storage ?? self.served(version: self.versions[0]) }

    /// Whether bodies of a version are of another form than what is stored.
    package func isConverted(version: String) -> Bool { self.served(version: version) != self.stored }

    /// Whether its objects live only as long as their request: reviews, which are created and answered.
    package var isVirtual: Bool { self.verbs == ["create"] }

    /// The resource in a served version.
    package func served(version: String) -> GroupVersionResource {
        GroupVersionResource(group: self.group, version: version, resource: self.resource)
    }

    /// Its subresource of that name.
    package func subresource(_ name: String) -> SubresourceDefinition? {
        self.subresources.first { $0.name == name }
    }
}

/// A subresource, such as `pods/eviction`.
package struct SubresourceDefinition: Hashable, Sendable {
    /// The last part of its path.
    package var name: String
    /// The kind of its body.
    package var kind: String
    /// The group of that kind; nil for the resource's own.
    package var group: String?
    /// The version of that kind; nil for the resource's own.
    package var version: String?
    /// What can be done with it, sorted.
    package var verbs: [String]
}

/// What fields a server does not know, or that occur twice, lead to.
package enum FieldValidation: String, Hashable, Sendable {
    /// Nothing; unknown fields are kept.
    case ignore = "Ignore"
    /// A warning; unknown fields are dropped.
    case warn = "Warn"
    /// Refusal.
    case strict = "Strict"
}
