// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The path of a field, as upstream's messages write it: `spec.containers[0].name`, `metadata.labels[a/b]`.
public struct FieldPath: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The path as text.
    public let description: String

    /// A path from its text.
    public init(_ text: String) { self.description = text }

    public init(stringLiteral value: String) { self.description = value }

    /// A member of the value at this path.
    public func child(_ name: String) -> FieldPath {
        FieldPath(self.description.isEmpty ? name : "\(self.description).\(name)")
    }

    /// An element of the list at this path.
    public func index(_ index: Int) -> FieldPath { FieldPath("\(self.description)[\(index)]") }

    /// An entry of the map at this path.
    public func key(_ key: String) -> FieldPath { FieldPath("\(self.description)[\(key)]") }
}
