// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A room for names.
public struct Namespace: KubernetesObject {
    public static let kind = "Namespace"
    public static let resource = GroupVersionResource.namespaces

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: NamespaceSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: NamespaceStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What holds a namespace back from going.
public struct NamespaceSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Who has to clean up first.
    public var finalizers: [String] {
        get { self[texts: "finalizers"] }
        set { self[texts: "finalizers"] = newValue }
    }
}

/// What became of a namespace.
public struct NamespaceStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `Active` or `Terminating`.
    public var phase: String {
        get { self[text: "phase"] }
        set { self[text: "phase"] = newValue }
    }
}

/// Settings as text and bytes.
public struct ConfigMap: KubernetesObject {
    public static let kind = "ConfigMap"
    public static let resource = GroupVersionResource.configMaps

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The texts.
    public var data: [String: String] {
        get { self[textMap: "data"] }
        set { self[textMap: "data"] = newValue }
    }
    /// The bytes, in base 64.
    public var binaryData: [String: String] {
        get { self[textMap: "binaryData"] }
        set { self[textMap: "binaryData"] = newValue }
    }
    /// Whether its data may not change.
    public var isImmutable: Bool {
        get { self[flag: "immutable"] }
        set { self[flag: "immutable"] = newValue }
    }
}
