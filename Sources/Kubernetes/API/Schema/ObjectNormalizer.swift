// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Brings objects into the form in which upstream would write them after reading: types checked, unknown fields found,
/// quantities and times canonical, what is empty left out, what is always written filled in.
package struct ObjectNormalizer {
    /// A field of the wrong type, in the words of Go's encoding/json.
    package struct TypeError: Error, Hashable, CustomStringConvertible {
        /// The text.
        package var description: String

        /// An error of that text.
        package init(description: String) { self.description = description }
    }

    private let schema: Schema
    private let keepsUnknownFields: Bool
    /// The paths of fields that no definition has, such as `spec.containers[0].imagePullpolicy`.
    package private(set) var unknownFields: [String] = []

    /// - Parameter keepsUnknownFields: whether unknown fields stay in the object.
    package init(schema: Schema = .standard, keepsUnknownFields: Bool) {
        self.schema = schema
        self.keepsUnknownFields = keepsUnknownFields
    }

    /// The normal form of a whole object.
    /// - Throws: ``TypeError``.
    package mutating func normalize(_ value: JSONValue, as name: String) throws(TypeError) -> JSONValue {
        guard let definition = self.schema.definition(name) else { return value }
        return try self.object(value, definition, Place(path: "", goPath: "", structure: name))
    }

    /// Where a value is: for unknown fields with indexes, for Go's errors without them and with the innermost type.
    private struct Place {
        var path: String
        var goPath: String
        var structure: String

        func field(_ name: String) -> Place {
            Place(
                path: self.path.isEmpty ? name : "\(self.path).\(name)",
                goPath: self.goPath.isEmpty ? name : "\(self.goPath).\(name)",
                structure: self.structure
            )
        }

        func element(_ index: Int) -> Place {
            Place(path: "\(self.path)[\(index)]", goPath: self.goPath, structure: self.structure)
        }

        func entry(_ key: String) -> Place {
            Place(path: "\(self.path).\(key)", goPath: self.goPath, structure: self.structure)
        }
    }

    // MARK: - Objects

    private mutating func object(
        _ value: JSONValue,
        _ definition: Schema.Definition,
        _ place: Place
    ) throws(TypeError) -> JSONValue {
        let members: JSONObject
        switch value {
        case .object(let object): members = object
        case .null: members = JSONObject()
        case .bool, .integer, .double, .string, .array:
            throw Self.mismatch(value, place, "\(Self.goPackage(definition)).\(definition.name)")
        }
        var place = place
        place.structure = definition.name
        var (known, unknown) = ([(String, JSONValue)](), [(String, JSONValue)]())
        known.reserveCapacity(members.count)
        for (key, member) in members {
            if let field = definition.field(key) {
                if let normal = try self.field(member, field, place.field(key)) { known.append((key, normal)) }
            } else if definition.isKind, key == "apiVersion" || key == "kind" {
                guard member.string != nil || member.isNull else {
                    throw Self.mismatch(member, place.field(key), "string")
                }
                if let text = member.string, !text.isEmpty { known.append((key, member)) }
            } else {
                unknown.append((key, member))
            }
        }
        // Fields that are known come first in the order of reports, as they are read first.
        for (key, member) in unknown {
            self.unknownFields.append(place.field(key).path)
            if self.keepsUnknownFields { known.append((key, member)) }
        }
        var object = JSONObject(known)
        for field in definition.fields where field.isAlwaysWritten || !field.isPointer {
            guard object[field.name] == nil, let zero = try self.zero(of: field, place.field(field.name)) else {
                continue
            }
            object[field.name] = zero
        }
        return .object(object)
    }

    /// What is written for a field that was left out, or nil for nothing.
    private mutating func zero(of field: Schema.Field, _ place: Place) throws(TypeError) -> JSONValue? {
        if case .object(let name) = field.type, !field.isPointer, let definition = self.schema.definition(name) {
            return try self.object(.null, definition, place)
        }
        guard field.isAlwaysWritten else { return nil }
        if field.isPointer { return .null }
        switch field.type {
        case .string, .bytes: return ""
        case .int32, .int64, .intOrString: return 0
        case .bool: return false
        case .quantity: return "0"
        case .time, .microTime, .list, .map, .any, .object: return .null
        }
    }

    // MARK: - Fields

    /// The normal form of a field's value; nil when it is left out.
    private mutating func field(
        _ value: JSONValue,
        _ field: Schema.Field,
        _ place: Place
    ) throws(TypeError) -> JSONValue? {
        if value.isNull {
            return field.isAlwaysWritten ? try self.zero(of: field, place) : nil
        }
        let normal = try self.value(value, field.type, place)
        if field.isPointer || field.isAlwaysWritten { return normal }
        switch normal {
        case .string(let text): return text.isEmpty ? nil : normal
        case .integer(let number): return number == 0 ? nil : normal
        case .bool(let flag): return flag ? normal : nil
        case .array(let elements): return elements.isEmpty ? nil : normal
        case .object(let members):
            // A structure is written even when it is empty, a map is not.
            if case .map = field.type { return members.isEmpty ? nil : normal }
            return normal
        case .null: return nil
        case .double: return normal
        }
    }

    private mutating func value(
        _ value: JSONValue,
        _ type: Schema.FieldType,
        _ place: Place
    ) throws(TypeError) -> JSONValue {
        switch type {
        case .any: return value
        case .string, .bytes:
            if value.isNull { return "" }
            guard value.string != nil else { throw Self.mismatch(value, place, type == .bytes ? "[]uint8" : "string") }
            return value
        case .int32:
            guard let number = value.integer, Int64(Int32.min)...Int64(Int32.max) ~= number, value.isInteger else {
                throw Self.mismatch(value, place, "int32")
            }
            return value
        case .int64:
            guard value.isInteger else { throw Self.mismatch(value, place, "int64") }
            return value
        case .bool:
            guard value.bool != nil else { throw Self.mismatch(value, place, "bool") }
            return value
        case .quantity: return try Self.quantity(value)
        case .intOrString:
            guard value.string != nil || value.isInteger else {
                throw TypeError(
                    description: "json: cannot unmarshal \(Self.word(for: value)) into Go value of type int32"
                )
            }
            return value
        case .time, .microTime: return try Self.time(value, isMicro: type == .microTime)
        case .object(let name):
            guard let definition = self.schema.definition(name) else { return value }
            return try self.object(value, definition, place)
        case .list(let element): return try self.list(value, element, place)
        case .map(let element): return try self.map(value, element, place)
        }
    }

    private mutating func list(
        _ value: JSONValue,
        _ element: Schema.FieldType,
        _ place: Place
    ) throws(TypeError) -> JSONValue {
        guard let elements = value.array else { throw Self.mismatch(value, place, "[]\(self.goName(element))") }
        var normal: [JSONValue] = []
        normal.reserveCapacity(elements.count)
        for (index, item) in elements.enumerated() {
            normal.append(try self.value(item, element, place.element(index)))
        }
        return .array(normal)
    }

    private mutating func map(
        _ value: JSONValue,
        _ element: Schema.FieldType,
        _ place: Place
    ) throws(TypeError) -> JSONValue {
        guard let members = value.object else {
            throw Self.mismatch(value, place, "map[string]\(self.goName(element))")
        }
        var normal: [(String, JSONValue)] = []
        normal.reserveCapacity(members.count)
        for (key, member) in members { normal.append((key, try self.value(member, element, place.entry(key)))) }
        return .object(JSONObject(normal))
    }

    private static func quantity(_ value: JSONValue) throws(TypeError) -> JSONValue {
        let text: String
        switch value {
        case .null: return "0"
        case .string(let string): text = string
        case .integer, .double: text = value.text
        case .bool, .array, .object: text = ""
        }
        do throws(Quantity.ParseError) {
            return .string(try Quantity(text).description)
        } catch {
            throw TypeError(description: error.description)
        }
    }

    private static func time(_ value: JSONValue, isMicro: Bool) throws(TypeError) -> JSONValue {
        if value.isNull { return .null }
        guard let text = value.string else {
            throw TypeError(description: "json: cannot unmarshal \(Self.word(for: value)) into Go value of type string")
        }
        guard let time = KubernetesTime(text) else {
            let layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
            throw TypeError(
                description:
                    "parsing time \(GoText.quoted(text)) as \"\(layout)\": cannot parse \(GoText.quoted(text)) "
                    + "as \"2006\""
            )
        }
        return .string(isMicro ? time.microseconds : time.description)
    }

    // MARK: - Words for errors

    private static func mismatch(_ value: JSONValue, _ place: Place, _ goType: String) -> TypeError {
        let target =
            place.goPath.isEmpty
            ? "Go value of type \(goType)" : "Go struct field \(place.structure).\(place.goPath) of type \(goType)"
        return TypeError(description: "json: cannot unmarshal \(Self.word(for: value)) into \(target)")
    }

    private static func word(for value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer: "number"
        case .double: "number \(value.text)"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func goPackage(_ definition: Schema.Definition) -> String {
        definition.package.split(separator: ".").last.map(String.init) ?? ""
    }

    private func goName(_ type: Schema.FieldType) -> String {
        switch type {
        case .string: return "string"
        case .int32: return "int32"
        case .int64: return "int64"
        case .bool: return "bool"
        case .bytes: return "[]uint8"
        case .quantity: return "resource.Quantity"
        case .intOrString: return "intstr.IntOrString"
        case .time: return "v1.Time"
        case .microTime: return "v1.MicroTime"
        case .any: return "interface {}"
        case .object(let name): return self.schema.definition(name).map { "\(Self.goPackage($0)).\(name)" } ?? name
        case .list(let element): return "[]\(self.goName(element))"
        case .map(let element): return "map[string]\(self.goName(element))"
        }
    }
}

extension JSONValue {
    fileprivate var isInteger: Bool {
        if case .integer = self { true } else { false }
    }
}
