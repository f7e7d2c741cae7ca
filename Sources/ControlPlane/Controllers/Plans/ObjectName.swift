// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI

/// The name of an object within its kind: namespace (empty for cluster-wide kinds) and name.
public struct ObjectName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The namespace; empty for cluster-wide kinds.
    public var namespace: String
    /// The name.
    public var name: String

    /// A key of a namespace and name.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public static func < (lhs: ObjectName, rhs: ObjectName) -> Bool {
        (lhs.namespace, lhs.name) < (rhs.namespace, rhs.name)
    }

    /// `namespace/name`, or the name alone.
    public var description: String { self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)" }
}

/// One life of one object: where it is served, what it is called, and its uid.
public struct ObjectIdentity: Hashable, Sendable, CustomStringConvertible {
    /// Where it is served.
    public var resource: GroupVersionResource
    /// Namespace and name.
    public var key: ObjectName
    /// The uid of this life.
    public var uid: String

    /// An identity of its parts.
    public init(resource: GroupVersionResource, key: ObjectName, uid: String) {
        self.resource = resource
        self.key = key
        self.uid = uid
    }

    public var description: String { "\(self.resource) \(self.key)" }
}
