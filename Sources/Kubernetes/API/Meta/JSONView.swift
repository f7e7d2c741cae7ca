// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A typed view over a part of an object's JSON tree: computed properties read and write the tree, unknown fields survive.
///
/// Properties of texts, lists and maps read as empty when the field is absent, and setting them to empty removes it, as
/// upstream leaves out what is empty.
public protocol JSONView: Hashable, Sendable {
    /// The tree itself.
    var json: JSONValue { get set }
    /// A view over a tree.
    init(json: JSONValue)
}

extension JSONView {
    /// A view over an empty object.
    public init() { self.init(json: .emptyObject) }

    subscript(text key: String) -> String {
        get { self.json[key]?.string ?? "" }
        set { self.json[key] = newValue.isEmpty ? nil : .string(newValue) }
    }

    subscript(optionalText key: String) -> String? {
        get { self.json[key]?.string }
        set { self.json[key] = newValue.map(JSONValue.string) }
    }

    subscript(integer key: String) -> Int64? {
        get { self.json[key]?.integer }
        set { self.json[key] = newValue.map(JSONValue.integer) }
    }

    subscript(flag key: String) -> Bool {
        get { self.json[key]?.bool ?? false }
        set { self.json[key] = newValue ? .bool(true) : nil }
    }

    subscript(optionalFlag key: String) -> Bool? {
        get { self.json[key]?.bool }
        set { self.json[key] = newValue.map(JSONValue.bool) }
    }

    subscript(texts key: String) -> [String] {
        get { (self.json[key]?.array ?? []).compactMap(\.string) }
        set { self.json[key] = newValue.isEmpty ? nil : .array(newValue.map(JSONValue.string)) }
    }

    subscript(textMap key: String) -> [String: String] {
        get {
            guard let object = self.json[key]?.object else { return [:] }
            return Dictionary(uniqueKeysWithValues: object.compactMap { key, value in value.string.map { (key, $0) } })
        }
        set {
            self.json[key] = newValue.isEmpty ? nil : .object(JSONObject(newValue.map { ($0.key, .string($0.value)) }))
        }
    }

    subscript(quantities key: String) -> [String: Quantity] {
        get {
            guard let object = self.json[key]?.object else { return [:] }
            return Dictionary(
                uniqueKeysWithValues: object.compactMap { key, value in Quantity(json: value).map { (key, $0) } }
            )
        }
        set {
            self.json[key] =
                newValue.isEmpty ? nil : .object(JSONObject(newValue.map { ($0.key, .string($0.value.description)) }))
        }
    }

    subscript(time key: String) -> KubernetesTime? {
        get { self.json[key]?.string.flatMap(KubernetesTime.init) }
        set { self.json[key] = newValue.map { .string($0.description) } }
    }

    subscript(intOrString key: String) -> IntOrString? {
        get { self.json[key].flatMap(IntOrString.init(json:)) }
        set { self.json[key] = newValue?.json }
    }

    subscript<View: JSONView>(view key: String) -> View {
        get { View(json: self.json[key] ?? .emptyObject) }
        set { self.json[key] = newValue.json }
    }

    subscript<View: JSONView>(optionalView key: String) -> View? {
        get { self.json[key].flatMap { $0.isNull ? nil : View(json: $0) } }
        set { self.json[key] = newValue?.json }
    }

    subscript<View: JSONView>(views key: String) -> [View] {
        get { (self.json[key]?.array ?? []).map(View.init(json:)) }
        set { self.json[key] = newValue.isEmpty ? nil : .array(newValue.map(\.json)) }
    }
}
