// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// How ownership divides the values of a kind: what is owned as a whole, what field by field, what element by element.
///
/// Follows from the schema (lists that patches merge by a key are divided by that key, the others are one whole), but for the
/// exceptions that upstream's types mark.
struct FieldTopology: Sendable {
    /// How a value is divided.
    enum Shape: Sendable {
        /// Not at all.
        case whole
        /// By the fields of a definition.
        case fields(Schema.Definition)
        /// By the names of its members.
        case members(Schema.FieldType)
        /// By elements, each known by these keys.
        case elements(of: Schema.FieldType, keys: [String])
        /// By elements that are their own keys.
        case set
        /// As its own form suggests: objects by their members, everything else not at all.
        case free
    }

    private enum Rule {
        case whole, set
        case keys([String])
    }

    /// The one for all known kinds.
    static let standard = FieldTopology(schema: .standard)
    /// What keys are when an element leaves them out.
    static let keyDefaults: [String: JSONValue] = ["protocol": "TCP"]

    /// Objects that are always owned as a whole.
    private static let wholeDefinitions: Set<String> = [
        "ConfigMapKeySelector", "EndpointAddress", "EndpointPort", "FileKeySelector", "LabelSelector",
        "LocalObjectReference", "NodeSelector", "NodeSelectorTerm", "ObjectFieldSelector", "ObjectReference",
        "OwnerReference", "ResourceFieldSelector", "ScopeSelector", "SecretKeySelector", "SecretReference",
        "TopologySelectorTerm", "TypedLocalObjectReference",
    ]
    private static let rules: [String: Rule] = [
        "Container.ports": .keys(["containerPort", "protocol"]),
        "ControllerRevision.data": .whole,
        "EphemeralContainer.ports": .keys(["containerPort", "protocol"]),
        "PodSpec.nodeSelector": .whole,
        "PodSpec.topologySpreadConstraints": .keys(["topologyKey", "whenUnsatisfiable"]),
        "PodStatus.hostIPs": .whole,
        "ResourceRequirements.claims": .keys(["name"]),
        "ServiceSpec.ports": .keys(["port", "protocol"]),
        "ServiceSpec.selector": .whole,
    ]

    private let schema: Schema

    init(schema: Schema) { self.schema = schema }

    /// How the objects of a kind are divided.
    func shape(ofKind kind: String) -> Shape { self.schema.definition(kind).map { .fields($0) } ?? .free }

    /// How a field's value is divided.
    func shape(of field: Schema.Field, in definition: Schema.Definition) -> Shape {
        switch field.type {
        case .list(let element):
            switch (Self.rules["\(definition.name).\(field.name)"], field.merge) {
            case (.keys(let keys)?, _): return .elements(of: element, keys: keys)
            case (.set?, _), (nil, .values): return .set
            case (nil, .key(let key)): return .elements(of: element, keys: [key])
            case (.whole?, _), (nil, .byDefault), (nil, .replace): return .whole
            }
        case .map, .any:
            if case .whole? = Self.rules["\(definition.name).\(field.name)"] { return .whole }
            return self.shape(of: field.type)
        case .object("ObjectReference") where definition.name == "PersistentVolumeSpec":
            return self.schema.definition("ObjectReference").map { .fields($0) } ?? .free
        case .object, .string, .int32, .int64, .bool, .bytes, .quantity, .intOrString, .time, .microTime:
            return self.shape(of: field.type)
        }
    }

    /// How a value of a type is divided that is no field: an element of a list or a map.
    func shape(of type: Schema.FieldType) -> Shape {
        switch type {
        case .object(let name):
            if Self.wholeDefinitions.contains(name) { return .whole }
            return self.schema.definition(name).map { .fields($0) } ?? .free
        case .map(let element): return .members(element)
        case .any: return .free
        case .list, .string, .int32, .int64, .bool, .bytes, .quantity, .intOrString, .time, .microTime: return .whole
        }
    }

    /// How the member of an object is divided; nil for a field that the schema does not know.
    func shape(ofMember name: String, of shape: Shape) -> Shape? {
        switch shape {
        case .fields(let definition): definition.field(name).map { self.shape(of: $0, in: definition) }
        case .members(let element): self.shape(of: element)
        case .free, .whole, .elements, .set: .free
        }
    }

    /// The step to an element of a list that is divided.
    func step(to element: JSONValue, in shape: Shape) -> String? {
        if case .elements(_, let keys) = shape {
            return FieldPathElement.keys(keys, of: element, defaults: Self.keyDefaults)
        }
        return FieldPathElement.value(element)
    }

    /// How an element of a list is divided.
    func shape(ofElementOf shape: Shape) -> Shape {
        if case .elements(let element, _) = shape { return self.shape(of: element) }
        return .whole
    }
}

extension JSONValue {
    /// The members of an object; an empty object for null and for no value at all; nil for anything else.
    static func members(of value: JSONValue?) -> JSONObject? {
        switch value {
        case nil, .null?: JSONObject()
        case .object(let members)?: members
        case .bool?, .integer?, .double?, .string?, .array?: nil
        }
    }

    /// The elements of a list; none for null and for no value at all; nil for anything else.
    static func elements(of value: JSONValue?) -> [JSONValue]? {
        switch value {
        case nil, .null?: []
        case .array(let elements)?: elements
        case .bool?, .integer?, .double?, .string?, .object?: nil
        }
    }
}
