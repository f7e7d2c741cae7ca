// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An object's namespace and name; the namespace is empty for cluster-wide kinds.
public struct ObjectKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The namespace; empty for cluster-wide kinds.
    public var namespace: String
    /// The name.
    public var name: String

    /// A key of its parts.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The key of an object.
    public init(of object: JSONValue) {
        let metadata = object["metadata"]
        self.namespace = metadata?["namespace"]?.string ?? ""
        self.name = metadata?["name"]?.string ?? ""
    }

    public static func < (lhs: ObjectKey, rhs: ObjectKey) -> Bool {
        (lhs.namespace, lhs.name) < (rhs.namespace, rhs.name)
    }

    /// `namespace/name`, or the name alone.
    public var description: String { self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)" }
}
