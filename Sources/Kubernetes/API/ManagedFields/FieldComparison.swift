// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What differs between two states of an object, as paths.
struct FieldComparison {
    /// Paths that are new or have another value.
    private(set) var changed: FieldSet
    /// Paths that are gone.
    private(set) var removed: FieldSet

    /// Fields that nobody owns, since the server itself keeps them.
    static let ownerlessFields: Set<String> = ["apiVersion", "kind"]
    /// The same of `metadata`.
    static let ownerlessMetadata: Set<String> = [
        "clusterName", "creationTimestamp", "generation", "managedFields", "name", "namespace", "resourceVersion",
        "selfLink", "uid",
    ]

    private struct Nodes {
        var changed: JSONValue?
        var removed: JSONValue?

        static let none = Nodes(changed: nil, removed: nil)

        static func leaf(_ old: JSONValue?, _ new: JSONValue?) -> Nodes {
            if new == nil { return Nodes(changed: nil, removed: .emptyObject) }
            return Nodes(changed: .emptyObject, removed: nil)
        }
    }

    private static let topology = FieldTopology.standard

    /// Compares two objects of a kind.
    init(_ old: JSONValue, _ new: JSONValue, kind: String) {
        let shape = Self.topology.shape(ofKind: kind)
        var (changed, removed) = (JSONObject(), JSONObject())
        let (before, after) = (old.object ?? JSONObject(), new.object ?? JSONObject())
        for name in Self.names(before, after) where !Self.ownerlessFields.contains(name) {
            let inner = Self.topology.shape(ofMember: name, of: shape) ?? .free
            let nodes =
                name == "metadata"
                ? Self.metadata(before[name], after[name], inner) : Self.compare(before[name], after[name], inner)
            changed[FieldPathElement.field(name)] = nodes.changed
            removed[FieldPathElement.field(name)] = nodes.removed
        }
        self.changed = FieldSet(node: .object(changed))
        self.removed = FieldSet(node: .object(removed))
    }

    private static func metadata(_ old: JSONValue?, _ new: JSONValue?, _ shape: FieldTopology.Shape) -> Nodes {
        let (before, after) = (old?.object ?? JSONObject(), new?.object ?? JSONObject())
        var nodes = Nodes(changed: .emptyObject, removed: .emptyObject)
        for name in Self.names(before, after) where !Self.ownerlessMetadata.contains(name) {
            let inner = Self.topology.shape(ofMember: name, of: shape) ?? .free
            let child = Self.compare(before[name], after[name], inner)
            nodes.changed?[FieldPathElement.field(name)] = child.changed
            nodes.removed?[FieldPathElement.field(name)] = child.removed
        }
        if nodes.changed == .emptyObject { nodes.changed = nil }
        if nodes.removed == .emptyObject { nodes.removed = nil }
        return nodes
    }

    private static func compare(_ old: JSONValue?, _ new: JSONValue?, _ shape: FieldTopology.Shape) -> Nodes {
        if old == new { return .none }
        switch shape {
        case .whole: return .leaf(old, new)
        case .fields, .members: return Self.compareMembers(old, new, shape)
        case .free:
            if old?.object == nil && new?.object == nil { return .leaf(old, new) }
            return Self.compareMembers(old, new, shape)
        case .elements, .set: return Self.compareElements(old, new, shape)
        }
    }

    private static func compareMembers(_ old: JSONValue?, _ new: JSONValue?, _ shape: FieldTopology.Shape) -> Nodes {
        guard let before = JSONValue.members(of: old), let after = JSONValue.members(of: new),
            !before.isEmpty || !after.isEmpty
        else { return .leaf(old, new) }
        var (changed, removed) = (JSONObject(), JSONObject())
        for name in Self.names(before, after) {
            let inner = Self.topology.shape(ofMember: name, of: shape) ?? .free
            let child = Self.compare(before[name], after[name], inner)
            changed[FieldPathElement.field(name)] = child.changed
            removed[FieldPathElement.field(name)] = child.removed
        }
        return Nodes(
            changed: FieldSet.node(isMember: old == nil, children: changed),
            removed: FieldSet.node(isMember: new == nil, children: removed)
        )
    }

    private static func compareElements(_ old: JSONValue?, _ new: JSONValue?, _ shape: FieldTopology.Shape) -> Nodes {
        guard let before = JSONValue.elements(of: old), let after = JSONValue.elements(of: new),
            !before.isEmpty || !after.isEmpty
        else { return .leaf(old, new) }
        // Most elements are what and where they were.
        let isSame = zip(before, after).map { $0 == $1 }
        let isResized = before.count != after.count
        func rest(_ elements: [JSONValue]) -> [JSONValue] {
            isResized ? elements : zip(elements, isSame).compactMap { $1 ? nil : $0 }
        }
        let (mine, theirs) = (Self.grouped(rest(before), shape), Self.grouped(rest(after), shape))
        let inner = Self.topology.shape(ofElementOf: shape)
        var (changed, removed) = (JSONObject(), JSONObject())
        for (step, elements) in theirs {
            let olds = mine[step] ?? []
            if olds.count <= 1, elements.count <= 1 {
                let child = Self.compare(olds.first, elements.first, inner)
                changed[step] = child.changed
                removed[step] = child.removed
            } else if olds != elements {
                changed[step] = .emptyObject  // of elements with the same keys nobody can say which is which
            }
        }
        for (step, elements) in mine where theirs[step] == nil {
            removed[step] =
                elements.count == 1 ? Self.compare(elements[0], nil, inner).removed : .emptyObject
        }
        return Nodes(
            changed: FieldSet.node(isMember: old == nil, children: changed),
            removed: FieldSet.node(isMember: new == nil, children: removed)
        )
    }

    private static func grouped(_ elements: [JSONValue], _ shape: FieldTopology.Shape) -> [String: [JSONValue]] {
        var groups: [String: [JSONValue]] = [:]
        for element in elements {
            if let step = Self.topology.step(to: element, in: shape) { groups[step, default: []].append(element) }
        }
        return groups
    }

    /// The names in either object.
    private static func names(_ one: JSONObject, _ other: JSONObject) -> [String] {
        if one.keys == other.keys { return one.keys }
        return one.keys + other.keys.filter { one[$0] == nil }
    }
}
