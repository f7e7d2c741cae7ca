// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The paths that a configuration speaks of.
struct ConfigurationFields {
    /// A field that the schema does not know, or of a form that it cannot have.
    struct Problem: Error, Hashable {
        /// Where, and what is wrong there.
        var description: String
    }

    private static let topology = FieldTopology.standard
    /// The first thing that is wrong.
    private var problem: Problem?

    /// The paths of a configuration of a kind.
    /// - Throws: ``Problem``.
    static func set(of configuration: JSONValue, kind: String) throws(Problem) -> FieldSet {
        var fields = ConfigurationFields()
        let set = fields.walk(configuration, kind: kind)
        if let problem = fields.problem { throw problem }
        return set
    }

    /// The paths of an object of a kind, as far as the schema knows them.
    static func knownSet(of object: JSONValue, kind: String) -> FieldSet {
        var fields = ConfigurationFields()
        return fields.walk(object, kind: kind)
    }

    private mutating func walk(_ configuration: JSONValue, kind: String) -> FieldSet {
        let shape = Self.topology.shape(ofKind: kind)
        var children = JSONObject()
        for (name, value) in configuration.object ?? JSONObject()
        where !FieldComparison.ownerlessFields.contains(name) {
            guard let inner = Self.topology.shape(ofMember: name, of: shape) else {
                self.note(".\(name): field not declared in schema")
                continue
            }
            let step = FieldPathElement.field(name)
            guard name == "metadata" else {
                children[step] = self.member(value, inner, of: shape, at: ".\(name)")
                continue
            }
            var metadata = value
            for field in FieldComparison.ownerlessMetadata { metadata[field] = nil }
            let node = self.node(of: metadata, inner, at: ".metadata")
            children[step] = FieldSet.node(isMember: false, children: FieldSet.children(of: node))
        }
        return FieldSet(node: .object(children))
    }

    private mutating func note(_ problem: String) {
        if self.problem == nil { self.problem = Problem(description: problem) }
    }

    /// The node of a member of an object.
    private mutating func member(
        _ value: JSONValue,
        _ inner: FieldTopology.Shape,
        of shape: FieldTopology.Shape,
        at path: String
    ) -> JSONValue? {
        let node = self.node(of: value, inner, at: path)
        // Members of maps are paths of their own; fields of objects only where they are empty.
        let isOwn =
            switch shape {
            case .members, .free: true
            case .fields, .whole, .elements, .set: value.isNull || value.object?.isEmpty == true
            }
        return FieldSet.node(
            isMember: isOwn || node.map(FieldSet.isMember) ?? false,
            children: FieldSet.children(of: node)
        )
    }

    private mutating func node(of value: JSONValue, _ shape: FieldTopology.Shape, at path: String) -> JSONValue? {
        switch shape {
        case .whole: return .emptyObject
        case .free where value.object == nil: return .emptyObject
        case .fields, .members, .free: return self.node(ofMembers: value, shape, at: path)
        case .elements, .set: return self.node(ofElements: value, shape, at: path)
        }
    }

    private mutating func node(
        ofMembers value: JSONValue,
        _ shape: FieldTopology.Shape,
        at path: String
    ) -> JSONValue? {
        guard let members = JSONValue.members(of: value) else {
            self.note("\(path): expected map, got &{\(GoText.value(value))}")
            return nil
        }
        var children = JSONObject()
        for (name, member) in members {
            guard let inner = Self.topology.shape(ofMember: name, of: shape) else {
                self.note("\(path).\(name): field not declared in schema")
                continue
            }
            children[FieldPathElement.field(name)] = self.member(member, inner, of: shape, at: "\(path).\(name)")
        }
        return FieldSet.node(isMember: false, children: children)
    }

    private mutating func node(
        ofElements value: JSONValue,
        _ shape: FieldTopology.Shape,
        at path: String
    ) -> JSONValue? {
        guard let elements = JSONValue.elements(of: value) else {
            self.note("\(path): expected list, got &{\(GoText.value(value))}")
            return nil
        }
        let inner = Self.topology.shape(ofElementOf: shape)
        var children = JSONObject()
        for (index, element) in elements.enumerated() {
            guard let step = Self.topology.step(to: element, in: shape) else {
                self.note(
                    "\(path): element \(index): associative list with keys has an element that omits key field "
                        + "(and doesn't have default value)"
                )
                continue
            }
            let text = FieldPathElement.text(of: step)
            if children[step] != nil { self.note("\(path): duplicate entries for key \(text)") }
            let node = self.node(of: element, inner, at: path + text)
            children[step] = FieldSet.node(isMember: true, children: FieldSet.children(of: node))
        }
        return FieldSet.node(isMember: false, children: children)
    }
}
