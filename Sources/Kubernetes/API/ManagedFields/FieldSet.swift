// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A set of paths into objects, kept as the tree of upstream's FieldsV1: member names are path elements (`f:NAME`, `k:{…}`, `v:VALUE`), an
/// empty object is a path that is in the set, and `.` marks that besides what is under it.
///
/// Kept as the JSON that objects carry it as, so that reading it costs nothing and unchanged parts stay shared between versions.
package struct FieldSet: Hashable, Sendable {
    /// The tree.
    package private(set) var json: JSONValue

    /// No paths.
    package init() { self.json = .emptyObject }

    /// A set from its tree; nil when it is none.
    package init?(json: JSONValue) {
        guard Self.isTree(json) else { return nil }
        self.json = json
    }

    /// A set from the node at its root, which itself is no path.
    init(node: JSONValue?) {
        self.json = Self.node(isMember: false, children: Self.children(of: node)) ?? .emptyObject
    }

    /// Whether no path is in it.
    package var isEmpty: Bool { self.json == .emptyObject }

    /// The paths of either set.
    package func union(_ other: FieldSet) -> FieldSet {
        if self.isEmpty { return other }
        return other.isEmpty ? self : FieldSet(node: Self.union(self.json, other.json))
    }

    /// The paths that are not in the other set.
    package func subtracting(_ other: FieldSet) -> FieldSet {
        self.isEmpty || other.isEmpty ? self : FieldSet(node: Self.difference(self.json, other.json))
    }

    /// The paths in both sets.
    package func intersection(_ other: FieldSet) -> FieldSet {
        self.isEmpty || other.isEmpty ? FieldSet() : FieldSet(node: Self.intersection(self.json, other.json))
    }

    /// The paths whose first field passes.
    package func keepingTopFields(_ passes: (String) -> Bool) -> FieldSet {
        guard let children = self.json.object else { return self }
        return FieldSet(
            node: .object(JSONObject(children.filter { FieldPathElement.fieldName(of: $0.0).map(passes) ?? true }))
        )
    }

    /// Every path, as conflicts name them: `.spec.containers[name="app"].image`; a path before what is under it.
    package var paths: [String] {
        var paths: [String] = []
        Self.collect(self.json, at: "", into: &paths)
        return paths
    }

    // MARK: - Nodes

    static let memberMark = "."

    /// Whether the path that leads to a node is in the set.
    static func isMember(_ node: JSONValue) -> Bool {
        guard let object = node.object else { return false }
        return object.isEmpty || object[Self.memberMark] != nil
    }

    /// What is under a node.
    static func children(of node: JSONValue?) -> JSONObject {
        guard var object = node?.object else { return JSONObject() }
        if object.keys.first == Self.memberMark { object[Self.memberMark] = nil }
        return object
    }

    /// A node; nil for one that says nothing.
    static func node(isMember: Bool, children: JSONObject) -> JSONValue? {
        if children.isEmpty { return isMember ? .emptyObject : nil }
        guard isMember else { return .object(children) }
        var children = children
        children[Self.memberMark] = .emptyObject
        return .object(children)
    }

    static func union(_ one: JSONValue, _ other: JSONValue) -> JSONValue? {
        if one == other { return one }
        var children = Self.children(of: one)
        for (key, child) in Self.children(of: other) {
            children[key] = children[key].map { Self.union($0, child) ?? child } ?? child
        }
        return Self.node(isMember: Self.isMember(one) || Self.isMember(other), children: children)
    }

    static func difference(_ one: JSONValue, _ other: JSONValue) -> JSONValue? {
        if one == other { return nil }
        var children = Self.children(of: one)
        for (key, child) in Self.children(of: other) {
            if let mine = children[key] { children[key] = Self.difference(mine, child) }
        }
        return Self.node(isMember: Self.isMember(one) && !Self.isMember(other), children: children)
    }

    private static func intersection(_ one: JSONValue, _ other: JSONValue) -> JSONValue? {
        if one == other { return one }
        let (mine, theirs) = (Self.children(of: one), Self.children(of: other))
        var children = JSONObject()
        let (few, many) = mine.count < theirs.count ? (mine, theirs) : (theirs, mine)
        for (key, child) in few {
            if let same = many[key] { children[key] = Self.intersection(child, same) }
        }
        return Self.node(isMember: Self.isMember(one) && Self.isMember(other), children: children)
    }

    /// Whether a value from outside is such a tree.
    private static func isTree(_ json: JSONValue) -> Bool {
        guard let object = json.object else { return false }
        return object.allSatisfy { key, child in
            key == Self.memberMark || ["f:", "k:", "v:", "i:"].contains(String(key.prefix(2))) && Self.isTree(child)
        }
    }

    private static func collect(_ node: JSONValue, at path: String, into paths: inout [String]) {
        if !path.isEmpty, Self.isMember(node) { paths.append(path) }
        for (key, child) in Self.children(of: node) {
            Self.collect(child, at: path + FieldPathElement.text(of: key), into: &paths)
        }
    }
}
