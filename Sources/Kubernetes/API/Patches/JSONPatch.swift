// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Why a patch does not apply.
public struct PatchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Kind: Hashable, Sendable {
        /// The patch itself has the wrong form.
        case malformed
        /// An operation does not fit the object (a path that is not there, a test that fails).
        case notApplicable
        /// A directive of a strategic merge patch is unknown or contradicts the rest; upstream answers with 500.
        case directive
    }

    /// What kind of failure it is.
    public var kind: Kind
    /// What is wrong.
    public var description: String

    /// An error.
    public init(kind: Kind, description: String) {
        self.kind = kind
        self.description = description
    }
}

/// A JSON patch (RFC 6902): operations on paths, all or nothing.
///
/// As in upstream's library, a pointer without a leading slash loses its first segment, and negative indexes count from
/// the end.
public struct JSONPatch: Hashable, Sendable {
    private enum Operation: Hashable, Sendable {
        case add(path: [String], JSONValue)
        case remove(path: [String])
        case replace(path: [String], JSONValue)
        case move(from: [String], to: [String])
        case copy(from: [String], to: [String])
        case test(path: [String], JSONValue?)
    }

    /// The operations one patch may have at most, as upstream.
    public static let operationsMax = 10_000

    private var operations: [Operation] = []

    /// A patch from its JSON form.
    /// - Throws: ``PatchError`` of kind ``PatchError/Kind/malformed``.
    public init(json: JSONValue) throws(PatchError) {
        guard let items = json.array else {
            throw PatchError(kind: .malformed, description: "a JSON patch is a list of operations")
        }
        guard items.count <= Self.operationsMax else {
            throw PatchError(
                kind: .malformed,
                description:
                    "The allowed maximum operations in a JSON patch is \(Self.operationsMax), got \(items.count)"
            )
        }
        for item in items { self.operations.append(try Self.operation(item)) }
    }

    /// The object with all operations applied.
    /// - Throws: ``PatchError`` when one of them does not apply.
    public func applied(to value: JSONValue) throws(PatchError) -> JSONValue {
        var value = value
        for operation in self.operations { try Self.apply(operation, to: &value) }
        return value
    }

    private static func operation(_ item: JSONValue) throws(PatchError) -> Operation {
        func path(_ key: String) throws(PatchError) -> [String] {
            guard let text = item[key]?.string else {
                throw PatchError(kind: .notApplicable, description: "an operation has no \(key)")
            }
            return Self.segments(of: text)
        }
        switch item["op"]?.string {
        case "add": return .add(path: try path("path"), item["value"] ?? .null)
        case "remove": return .remove(path: try path("path"))
        case "replace": return .replace(path: try path("path"), item["value"] ?? .null)
        case "move": return .move(from: try path("from"), to: try path("path"))
        case "copy": return .copy(from: try path("from"), to: try path("path"))
        case "test": return .test(path: try path("path"), item["value"])
        case let other:
            throw PatchError(kind: .notApplicable, description: "unexpected operation \(GoText.quoted(other ?? ""))")
        }
    }

    private static func segments(of pointer: String) -> [String] {
        if pointer.isEmpty { return [] }
        return pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { segment in
            guard segment.contains("~") else { return String(segment) }
            var text = ""
            var rest = segment
            while let character = rest.popFirst() {
                if character == "~", rest.first == "0" || rest.first == "1" {
                    text.append(rest.removeFirst() == "0" ? "~" : "/")
                } else {
                    text.append(character)
                }
            }
            return text
        }
    }

    private static func apply(_ operation: Operation, to value: inout JSONValue) throws(PatchError) {
        switch operation {
        case .add(let path, let added): try Self.add(added, at: path, in: &value)
        case .remove(let path): _ = try Self.remove(at: path, in: &value)
        case .replace(let path, let replacement): try Self.replace(replacement, at: path, in: &value)
        case .move(let from, let to):
            let moved = try Self.remove(at: from, in: &value)
            try Self.add(moved, at: to, in: &value)
        case .copy(let from, let to):
            guard let copied = Self.value(at: from, in: value) else { throw Self.missing(from) }
            try Self.add(copied, at: to, in: &value)
        case .test(let path, let expected):
            // Absent and null count as equal here, as upstream.
            guard (Self.value(at: path, in: value) ?? .null) == (expected ?? .null) else {
                throw PatchError(kind: .notApplicable, description: "testing value \(Self.pointer(path)) failed")
            }
        }
    }

    private static func value(at path: [String], in value: JSONValue) -> JSONValue? {
        var current = value
        for segment in path {
            switch current {
            case .object(let object):
                guard let member = object[segment] else { return nil }
                current = member
            case .array(let elements):
                guard let index = Self.index(segment, count: elements.count), index < elements.count else { return nil }
                current = elements[index]
            case .null, .bool, .integer, .double, .string: return nil
            }
        }
        return current
    }

    private static func add(_ added: JSONValue, at path: [String], in value: inout JSONValue) throws(PatchError) {
        guard let last = path.last else { throw Self.missing(path) }
        try Self.change(at: path.dropLast(), in: &value) { parent throws(PatchError) in
            switch parent {
            case .object(var object):
                object[last] = added
                return .object(object)
            case .array(var elements):
                if last == "-" {
                    elements.append(added)
                } else {
                    guard let index = Self.index(last, count: elements.count + 1), index <= elements.count else {
                        throw Self.missing(path)
                    }
                    elements.insert(added, at: index)
                }
                return .array(elements)
            case .null, .bool, .integer, .double, .string: throw Self.missing(path)
            }
        }
    }

    /// A member that is not there is added, as in upstream's library; an element must be there.
    private static func replace(_ replacement: JSONValue, at path: [String], in value: inout JSONValue)
        throws(PatchError)
    {
        guard let last = path.last else { throw Self.missing(path) }
        try Self.change(at: path.dropLast(), in: &value) { parent throws(PatchError) in
            switch parent {
            case .object(var object):
                object[last] = replacement
                return .object(object)
            case .array(var elements):
                guard let index = Self.index(last, count: elements.count), index < elements.count else {
                    throw Self.missing(path)
                }
                elements[index] = replacement
                return .array(elements)
            case .null, .bool, .integer, .double, .string: throw Self.missing(path)
            }
        }
    }

    private static func remove(at path: [String], in value: inout JSONValue) throws(PatchError) -> JSONValue {
        guard let last = path.last, let removed = Self.value(at: path, in: value) else { throw Self.missing(path) }
        try Self.change(at: path.dropLast(), in: &value) { parent throws(PatchError) in
            switch parent {
            case .object(var object):
                object[last] = nil
                return .object(object)
            case .array(var elements):
                guard let index = Self.index(last, count: elements.count), index < elements.count else {
                    throw Self.missing(path)
                }
                elements.remove(at: index)
                return .array(elements)
            case .null, .bool, .integer, .double, .string: throw Self.missing(path)
            }
        }
        return removed
    }

    /// Replaces the value at a path that exists.
    private static func change(
        at path: [String],
        in value: inout JSONValue,
        _ body: (JSONValue) throws(PatchError) -> JSONValue
    ) throws(PatchError) {
        guard let first = path.first else {
            value = try body(value)
            return
        }
        let rest = Array(path.dropFirst())
        switch value {
        case .object(var object):
            guard var child = object[first] else { throw Self.missing(path) }
            try Self.change(at: rest, in: &child, body)
            object[first] = child
            value = .object(object)
        case .array(var elements):
            guard let index = Self.index(first, count: elements.count), index < elements.count else {
                throw Self.missing(path)
            }
            try Self.change(at: rest, in: &elements[index], body)
            value = .array(elements)
        case .null, .bool, .integer, .double, .string: throw Self.missing(path)
        }
    }

    private static func index(_ segment: String, count: Int) -> Int? {
        guard let number = Int(segment) else { return nil }
        let index = number < 0 ? number + count : number
        return index >= 0 ? index : nil
    }

    private static func pointer(_ path: [String]) -> String { path.map { "/" + $0 }.joined() }

    private static func missing(_ path: [String]) -> PatchError {
        PatchError(kind: .notApplicable, description: "the path \(Self.pointer(path)) is not there")
    }
}
