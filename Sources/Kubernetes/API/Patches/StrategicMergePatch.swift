// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A strategic merge patch: a merge patch in which lists merge by the keys of the schema, with directives
/// (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`).
public struct StrategicMergePatch {
    private static let patchDirective = "$patch"
    private static let retainKeysDirective = "$retainKeys"
    private static let orderPrefix = "$setElementOrder/"
    private static let deletePrefix = "$deleteFromPrimitiveList/"

    private let schema: Schema

    /// Patches of objects of the known kinds.
    public init() { self.schema = .standard }

    /// The object of a kind with a patch applied; a kind that is not known merges plainly.
    /// - Throws: ``PatchError``.
    public func applied(_ patch: JSONValue, to value: JSONValue, kind: String) throws(PatchError) -> JSONValue {
        guard case .object(let changes) = patch, case .object(let original) = value else {
            throw PatchError(kind: .malformed, description: "a strategic merge patch is an object")
        }
        return .object(try self.merge(original, changes, self.schema.definition(kind)))
    }

    // MARK: - Objects

    private func merge(
        _ original: JSONObject,
        _ patch: JSONObject,
        _ definition: Schema.Definition?
    ) throws(PatchError) -> JSONObject {
        var (result, patch) = (original, patch)
        if let directive = patch[Self.patchDirective] {
            patch[Self.patchDirective] = nil
            switch directive.string {
            case "replace": return patch
            case "delete": return JSONObject()
            case "merge": break
            default: throw Self.unknownDirective(directive, in: patch)
            }
        }
        try self.retainKeys(of: &result, &patch)
        try self.mergeOrderedLists(&result, &patch, definition)
        for (key, change) in patch {
            if key.hasPrefix(Self.deletePrefix) {
                let name = String(key.dropFirst(Self.deletePrefix.count))
                let removed = change.array ?? []
                if let list = result[name]?.array { result[name] = .array(list.filter { !removed.contains($0) }) }
                continue
            }
            if change.isNull {
                result[key] = nil
                continue
            }
            guard let existing = result[key] else {
                if !Self.isDirective(change) { result[key] = Self.withoutDirectives(change) }
                continue
            }
            result[key] = try self.merge(existing, change, definition?.field(key))
        }
        return result
    }

    private func merge(
        _ existing: JSONValue,
        _ change: JSONValue,
        _ field: Schema.Field?
    ) throws(PatchError) -> JSONValue {
        switch (existing, change) {
        case (.object(let original), .object(let changes)):
            if field?.merge == .replace { return Self.withoutDirectives(change) }
            let definition = field.flatMap { self.schema.element(of: $0.type) }
            // In a map the members are values of that definition, in an object its fields.
            if let field, case .map = field.type { return .object(try self.merge(original, changes, nil)) }
            return .object(try self.merge(original, changes, definition))
        case (.array(let original), .array(let changes)):
            guard let field, field.merge != .byDefault, field.merge != .replace else {
                return Self.withoutDirectives(change)
            }
            return .array(try self.merge(original, changes, field))
        case (_, .null), (_, .bool), (_, .integer), (_, .double), (_, .string), (_, .array), (_, .object):
            return Self.withoutDirectives(change)
        }
    }

    private func retainKeys(of result: inout JSONObject, _ patch: inout JSONObject) throws(PatchError) {
        guard let directive = patch[Self.retainKeysDirective] else { return }
        patch[Self.retainKeysDirective] = nil
        guard let names = directive.array?.map({ $0.string ?? "" }) else {
            throw PatchError(kind: .directive, description: "invalid value for key \(Self.retainKeysDirective)")
        }
        for (key, change) in patch where !change.isNull && !names.contains(key) && !key.hasPrefix("$") {
            throw PatchError(
                kind: .directive,
                description: "patch and retainKeys list are not consistent: \(key) is not in \(names)"
            )
        }
        for key in result.keys where !names.contains(key) { result[key] = nil }
    }

    // MARK: - Lists

    /// Lists whose order the patch gives by `$setElementOrder/…`; they are taken out of the patch.
    private func mergeOrderedLists(
        _ result: inout JSONObject,
        _ patch: inout JSONObject,
        _ definition: Schema.Definition?
    ) throws(PatchError) {
        for key in patch.keys where key.hasPrefix(Self.orderPrefix) {
            let name = String(key.dropFirst(Self.orderPrefix.count))
            let order = patch[key]?.array ?? []
            patch[key] = nil
            guard let field = definition?.field(name), field.merge != .byDefault, field.merge != .replace else {
                continue
            }
            let changes = patch[name]?.array
            let original = result[name]?.array
            patch[name] = nil
            let mergeKey = field.mergeKey
            if let changes { try Self.check(changes, against: order, mergeKey: mergeKey) }
            var merged = original ?? []
            if let changes {
                merged = original == nil ? Self.withoutDeleted(changes) : try self.merge(merged, changes, field)
            }
            guard changes != nil || original != nil else { continue }
            let isNamed: (JSONValue) -> Bool = { Self.index(of: $0, in: order, mergeKey: mergeKey) != nil }
            result[name] = .array(
                Self.ordered(
                    patchItems: merged.filter(isNamed),
                    serverItems: merged.filter { !isNamed($0) },
                    patchOrder: order,
                    serverOrder: original ?? [],
                    mergeKey: mergeKey
                )
            )
        }
    }

    private func merge(
        _ original: [JSONValue],
        _ changes: [JSONValue],
        _ field: Schema.Field
    ) throws(PatchError) -> [JSONValue] {
        guard let mergeKey = field.mergeKey else {
            var merged = original
            for change in changes where !merged.contains(change) { merged.append(change) }
            return Self.ordered(
                patchItems: merged.filter(changes.contains),
                serverItems: merged.filter { !changes.contains($0) },
                patchOrder: changes,
                serverOrder: original,
                mergeKey: nil
            )
        }
        let definition = self.schema.element(of: field.type)
        var (merged, plain) = (original, [JSONValue]())
        var replacesAll = false
        for change in changes {
            guard let object = change.object else {
                throw PatchError(kind: .directive, description: "an element of a merged list is no object")
            }
            switch object[Self.patchDirective]?.string {
            case nil where object[Self.patchDirective] == nil: plain.append(change)
            case "replace": replacesAll = true
            case "delete":
                let value = try Self.keyValue(of: object, mergeKey)
                merged.removeAll { $0[mergeKey] == value }
            case "merge":
                throw PatchError(kind: .directive, description: "merging lists cannot yet be specified in the patch")
            default: throw Self.unknownElementDirective(object)
            }
        }
        if replacesAll { return plain.map(Self.withoutDirectives) }
        for change in plain {
            let object = change.object ?? JSONObject()
            let value = try Self.keyValue(of: object, mergeKey)
            if let index = merged.firstIndex(where: { $0[mergeKey] == value }), let existing = merged[index].object {
                merged[index] = .object(try self.merge(existing, object, definition))
            } else {
                merged.append(Self.withoutDirectives(change))
            }
        }
        let isPatched: (JSONValue) -> Bool = { Self.index(of: $0, in: plain, mergeKey: mergeKey) != nil }
        return Self.ordered(
            patchItems: merged.filter(isPatched),
            serverItems: merged.filter { !isPatched($0) },
            patchOrder: plain,
            serverOrder: original,
            mergeKey: mergeKey
        )
    }

    private static func keyValue(of object: JSONObject, _ mergeKey: String) throws(PatchError) -> JSONValue {
        guard let value = object[mergeKey] else {
            throw PatchError(
                kind: .directive,
                description: "map: \(GoText.value(.object(object))) does not contain declared merge key: \(mergeKey)"
            )
        }
        return value
    }

    private static func index(of item: JSONValue, in list: [JSONValue], mergeKey: String?) -> Int? {
        guard let mergeKey else { return list.firstIndex(of: item) }
        guard let value = item[mergeKey] else { return nil }
        return list.firstIndex { $0[mergeKey] == value }
    }

    private static func check(
        _ changes: [JSONValue],
        against order: [JSONValue],
        mergeKey: String?
    ) throws(PatchError) {
        var next = 0
        let items = changes.filter {
            $0[Self.patchDirective]?.string != "delete" && $0[Self.patchDirective]?.string != "replace"
        }
        for item in items {
            guard let index = Self.index(of: item, in: order, mergeKey: mergeKey), index >= next else {
                throw PatchError(
                    kind: .directive,
                    description: "The order in patch list:\n\(GoText.value(.array(changes)))\n doesn't match "
                        + "$setElementOrder list:\n\(GoText.value(.array(order)))\n"
                )
            }
            next = index
        }
    }

    /// Items of the patch in the patch's order and the server's own in theirs, interleaved by the server's order.
    private static func ordered(
        patchItems: [JSONValue],
        serverItems: [JSONValue],
        patchOrder: [JSONValue],
        serverOrder: [JSONValue],
        mergeKey: String?
    ) -> [JSONValue] {
        func sorted(_ items: [JSONValue], by order: [JSONValue]) -> [JSONValue] {
            items.enumerated().map {
                ($0.offset, Self.index(of: $0.element, in: order, mergeKey: mergeKey), $0.element)
            }
            .sorted { left, right in
                guard let first = left.1, let second = right.1, first != second else { return left.0 < right.0 }
                return first < second
            }.map(\.2)
        }
        var server = sorted(serverItems, by: serverOrder)[...]
        var patch = sorted(patchItems, by: patchOrder)[...]
        var result: [JSONValue] = []
        while let left = server.first, let right = patch.first {
            let leftIndex = Self.index(of: left, in: serverOrder, mergeKey: mergeKey)
            let rightIndex = Self.index(of: right, in: serverOrder, mergeKey: mergeKey)
            if let leftIndex, let rightIndex, leftIndex < rightIndex {
                result.append(server.removeFirst())
            } else {
                result.append(patch.removeFirst())
            }
        }
        return result + patch + server
    }

    // MARK: - Directives

    /// A value that comes new with a patch: what it would remove is left out, directives are dropped.
    private static func withoutDirectives(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let object):
            var result: [(String, JSONValue)] = []
            for (key, member) in object where !key.hasPrefix("$") && !member.isNull && !Self.isDirective(member) {
                result.append((key, Self.withoutDirectives(member)))
            }
            return .object(JSONObject(result))
        case .array(let elements): return .array(Self.withoutDeleted(elements))
        case .null, .bool, .integer, .double, .string: return value
        }
    }

    private static func withoutDeleted(_ elements: [JSONValue]) -> [JSONValue] {
        elements.filter { !Self.isDirective($0) }.map(Self.withoutDirectives)
    }

    /// Whether a value says what to do with the one that is there; where there is none, upstream drops it whole.
    private static func isDirective(_ value: JSONValue) -> Bool { value[Self.patchDirective] != nil }

    private static func unknownDirective(_ directive: JSONValue, in patch: JSONObject) -> PatchError {
        PatchError(kind: .directive, description: "unknown patch type found: \(GoText.value(directive))")
    }

    private static func unknownElementDirective(_ object: JSONObject) -> PatchError {
        let directive = object[Self.patchDirective] ?? .null
        return PatchError(
            kind: .directive,
            description: "unknown patch type: \(GoText.value(directive)) in map: \(GoText.value(.object(object)))"
        )
    }
}

extension Schema.Field {
    fileprivate var mergeKey: String? {
        if case .key(let key) = self.merge { key } else { nil }
    }
}
