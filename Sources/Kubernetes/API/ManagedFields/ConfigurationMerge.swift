// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Lays a configuration over an object, and takes paths out of an object.
enum ConfigurationMerge {
    private static let topology = FieldTopology.standard

    // MARK: - Laying over

    /// The object with what the configuration says.
    static func merged(_ configuration: JSONValue, into object: JSONValue, kind: String) -> JSONValue {
        Self.merge(object, configuration, Self.topology.shape(ofKind: kind))
    }

    private static func merge(_ old: JSONValue?, _ new: JSONValue, _ shape: FieldTopology.Shape) -> JSONValue {
        guard let old else { return new }
        switch shape {
        case .whole: return new
        case .free where new.object == nil || old.object == nil: return new
        case .fields, .members, .free:
            guard let changes = new.object, var members = JSONValue.members(of: old) else { return new }
            for (name, value) in changes {
                members[name] = Self.merge(
                    members[name],
                    value,
                    Self.topology.shape(ofMember: name, of: shape) ?? .free
                )
            }
            return .object(members)
        case .elements, .set:
            guard let changes = new.array, let elements = JSONValue.elements(of: old) else { return new }
            return .array(Self.merge(elements, changes, shape))
        }
    }

    /// The elements of both lists: the configuration's in its order, the others where they were beside them.
    private static func merge(
        _ old: [JSONValue],
        _ new: [JSONValue],
        _ shape: FieldTopology.Shape
    ) -> [JSONValue] {
        let inner = Self.topology.shape(ofElementOf: shape)
        let (left, right) = (Self.steps(old, shape), Self.steps(new, shape))
        let wanted = Set(right)
        let present = Dictionary(zip(left, old)) { first, _ in first }
        // What is in both, in the configuration's order: the next one is where the two lists meet again.
        var shared = right.filter { present[$0] != nil }[...]
        var done: Set<String> = []
        var merged: [JSONValue] = []
        var (i, j) = (0, 0)
        func take() {
            let step = right[j]
            merged.append(Self.merge(present[step], new[j], inner))
            done.insert(step)
            if shared.first == step { shared.removeFirst() }
            j += 1
        }
        while i < old.count || j < new.count {
            if i < old.count, j < new.count {
                if left[i] == right[j] {
                    take()
                    i += 1
                    continue
                }
                if wanted.contains(left[i]), let next = shared.first, next != left[i] {
                    i += 1
                    continue
                }
            }
            if i < old.count {
                if !wanted.contains(left[i]) {
                    merged.append(old[i])
                    i += 1
                    continue
                }
                if done.contains(left[i]) {
                    i += 1
                    continue
                }
            }
            if j < new.count { take() }
        }
        return merged
    }

    private static func steps(_ elements: [JSONValue], _ shape: FieldTopology.Shape) -> [String] {
        elements.map { Self.topology.step(to: $0, in: shape) ?? FieldPathElement.value($0) }
    }

    // MARK: - Taking out

    /// The object without the paths of a set.
    static func removing(_ set: FieldSet, from object: JSONValue, kind: String) -> JSONValue {
        Self.remove(set.json, from: object, Self.topology.shape(ofKind: kind)) ?? .emptyObject
    }

    private static func remove(_ node: JSONValue, from value: JSONValue, _ shape: FieldTopology.Shape) -> JSONValue? {
        let children = FieldSet.children(of: node)
        switch (shape, value) {
        case (.fields, .object(var members)), (.members, .object(var members)), (.free, .object(var members)):
            for (step, child) in children {
                guard let name = FieldPathElement.fieldName(of: step), let member = members[name] else { continue }
                if FieldSet.isMember(child) {
                    members[name] = nil
                } else {
                    let inner = Self.topology.shape(ofMember: name, of: shape) ?? .free
                    members[name] = Self.remove(child, from: member, inner) ?? .null
                }
            }
            return members.isEmpty ? nil : .object(members)
        case (.elements, .array(let elements)), (.set, .array(let elements)):
            let inner = Self.topology.shape(ofElementOf: shape)
            let rest = elements.compactMap { element -> JSONValue? in
                guard let step = Self.topology.step(to: element, in: shape), let child = children[step] else {
                    return element
                }
                return FieldSet.isMember(child) ? nil : Self.remove(child, from: element, inner) ?? .null
            }
            return rest.isEmpty ? nil : .array(rest)
        case (_, _):
            return value
        }
    }

    // MARK: - Named fields

    /// The set with every field of an object that leads to one of its paths.
    static func withNamedFields(_ set: FieldSet, kind: String) -> FieldSet {
        FieldSet(
            node: .object(Self.withNamedFields(FieldSet.children(of: set.json), Self.topology.shape(ofKind: kind)))
        )
    }

    private static func withNamedFields(_ children: JSONObject, _ shape: FieldTopology.Shape) -> JSONObject {
        var named = children
        for (step, child) in children {
            let below = FieldSet.children(of: child)
            guard !below.isEmpty else { continue }
            let inner: FieldTopology.Shape
            var isNamed = false
            if let name = FieldPathElement.fieldName(of: step) {
                inner = Self.topology.shape(ofMember: name, of: shape) ?? .free
                if case .fields(let definition) = shape { isNamed = definition.field(name) != nil }
            } else {
                inner = Self.topology.shape(ofElementOf: shape)
            }
            named[step] = FieldSet.node(
                isMember: isNamed || FieldSet.isMember(child),
                children: Self.withNamedFields(below, inner)
            )
        }
        return named
    }
}
