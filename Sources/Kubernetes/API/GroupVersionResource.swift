// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The name of a kind of object in URLs: group, version and plural resource.
public struct GroupVersionResource: Hashable, Sendable, CustomStringConvertible {
    /// The API group; empty for the core group.
    public var group: String
    /// The version, such as `v1`.
    public var version: String
    /// The plural, lower-case resource, such as `statefulsets`.
    public var resource: String

    /// A resource of a group and version.
    public init(group: String, version: String, resource: String) {
        self.group = group
        self.version = version
        self.resource = resource
    }

    /// `v1` or `apps/v1`, as `apiVersion` fields have it.
    public var apiVersion: String { self.group.isEmpty ? self.version : "\(self.group)/\(self.version)" }

    /// `statefulsets.apps`, as upstream's messages have it; `pods` for the core group.
    public var description: String { self.group.isEmpty ? self.resource : "\(self.resource).\(self.group)" }
}

extension GroupVersionResource {
    /// Core `v1` kinds.
    public static let namespaces = Self(group: "", version: "v1", resource: "namespaces")
    public static let nodes = Self(group: "", version: "v1", resource: "nodes")
    public static let pods = Self(group: "", version: "v1", resource: "pods")
    public static let services = Self(group: "", version: "v1", resource: "services")
    public static let endpoints = Self(group: "", version: "v1", resource: "endpoints")
    public static let configMaps = Self(group: "", version: "v1", resource: "configmaps")
    public static let persistentVolumeClaims = Self(group: "", version: "v1", resource: "persistentvolumeclaims")
    public static let persistentVolumes = Self(group: "", version: "v1", resource: "persistentvolumes")
    public static let events = Self(group: "", version: "v1", resource: "events")
    public static let secrets = Self(group: "", version: "v1", resource: "secrets")
    public static let serviceAccounts = Self(group: "", version: "v1", resource: "serviceaccounts")
    /// `apps/v1` and `batch/v1` kinds.
    public static let daemonSets = Self(group: "apps", version: "v1", resource: "daemonsets")
    public static let deployments = Self(group: "apps", version: "v1", resource: "deployments")
    public static let replicaSets = Self(group: "apps", version: "v1", resource: "replicasets")
    public static let jobs = Self(group: "batch", version: "v1", resource: "jobs")
    public static let statefulSets = Self(group: "apps", version: "v1", resource: "statefulsets")
    public static let controllerRevisions = Self(group: "apps", version: "v1", resource: "controllerrevisions")
    /// `policy/v1` and `storage.k8s.io/v1` kinds.
    public static let podDisruptionBudgets = Self(group: "policy", version: "v1", resource: "poddisruptionbudgets")
    public static let storageClasses = Self(group: "storage.k8s.io", version: "v1", resource: "storageclasses")
    /// `discovery.k8s.io/v1`, `coordination.k8s.io/v1` and `scheduling.k8s.io/v1` kinds.
    public static let endpointSlices = Self(group: "discovery.k8s.io", version: "v1", resource: "endpointslices")
    public static let leases = Self(group: "coordination.k8s.io", version: "v1", resource: "leases")
    public static let priorityClasses = Self(group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses")
}
