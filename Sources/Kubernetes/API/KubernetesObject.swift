// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A typed view over an object's JSON tree: computed properties read and write the tree, unknown fields survive.
public protocol KubernetesObject: JSONView {
    /// The `kind` field, such as `StatefulSet`.
    static var kind: String { get }
    /// Where it is served.
    static var resource: GroupVersionResource { get }
}

extension KubernetesObject {
    /// `metadata`, as a view.
    public var metadata: ObjectMeta {
        get { ObjectMeta(json: self.json["metadata"] ?? .emptyObject) }
        set { self.json["metadata"] = newValue.json }
    }
}

/// The metadata that all objects have.
public struct ObjectMeta: JSONView {
    /// The `metadata` tree.
    public var json: JSONValue

    /// A view over a `metadata` tree.
    public init(json: JSONValue = .emptyObject) {
        self.json = json
    }

    /// The name; empty when absent.
    public var name: String {
        get { self.json["name"]?.string ?? "" }
        set { self.json["name"] = .string(newValue) }
    }
    /// The namespace; empty when absent.
    public var namespace: String {
        get { self.json["namespace"]?.string ?? "" }
        set { self.json["namespace"] = newValue.isEmpty ? nil : .string(newValue) }
    }
    /// The identity of this life of the name.
    public var uid: String {
        get { self.json["uid"]?.string ?? "" }
        set { self.json["uid"] = newValue.isEmpty ? nil : .string(newValue) }
    }
    /// The version for optimistic concurrency.
    public var resourceVersion: String {
        get { self.json["resourceVersion"]?.string ?? "" }
        set { self.json["resourceVersion"] = newValue.isEmpty ? nil : .string(newValue) }
    }
    /// Counts changes of the spec.
    public var generation: Int64 {
        get { self.json["generation"]?.integer ?? 0 }
        set { self.json["generation"] = .integer(newValue) }
    }
    /// When it was created, as RFC 3339 text.
    public var creationTimestamp: String? {
        get { self.json["creationTimestamp"]?.string }
        set { self.json["creationTimestamp"] = newValue.map(JSONValue.string) }
    }
    /// When its deletion was asked for, as RFC 3339 text; nil while it is wanted.
    public var deletionTimestamp: String? {
        get { self.json["deletionTimestamp"]?.string }
        set { self.json["deletionTimestamp"] = newValue.map(JSONValue.string) }
    }
    /// The labels.
    public var labels: [String: String] {
        get { self.strings("labels") }
        set { self.setStrings("labels", newValue) }
    }
    /// The annotations.
    public var annotations: [String: String] {
        get { self.strings("annotations") }
        set { self.setStrings("annotations", newValue) }
    }

    private func strings(_ key: String) -> [String: String] {
        guard let object = self.json[key]?.object else { return [:] }
        return Dictionary(uniqueKeysWithValues: object.compactMap { key, value in value.string.map { (key, $0) } })
    }

    private mutating func setStrings(_ key: String, _ values: [String: String]) {
        self.json[key] = values.isEmpty ? nil : .object(JSONObject(values.map { ($0.key, .string($0.value)) }))
    }
}
