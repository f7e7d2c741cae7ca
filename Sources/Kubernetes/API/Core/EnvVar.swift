// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// An environment variable.
public struct EnvVar: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Its text, before `$(VAR)` is expanded.
    public var value: String {
        get { self[text: "value"] }
        set { self[text: "value"] = newValue }
    }
    /// Where its text comes from instead.
    public var valueFrom: EnvVarSource? {
        get { self[optionalView: "valueFrom"] }
        set { self[optionalView: "valueFrom"] = newValue }
    }
}

/// Where the text of a variable comes from; one of these is set.
public struct EnvVarSource: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// A field of the pod.
    public var fieldRef: FieldReference? {
        get { self[optionalView: "fieldRef"] }
        set { self[optionalView: "fieldRef"] = newValue }
    }
    /// A resource of a container.
    public var resourceFieldRef: ResourceFieldReference? {
        get { self[optionalView: "resourceFieldRef"] }
        set { self[optionalView: "resourceFieldRef"] = newValue }
    }
    /// A key of a ConfigMap.
    public var configMapKeyRef: KeyReference? {
        get { self[optionalView: "configMapKeyRef"] }
        set { self[optionalView: "configMapKeyRef"] = newValue }
    }
    /// A key of a Secret.
    public var secretKeyRef: KeyReference? {
        get { self[optionalView: "secretKeyRef"] }
        set { self[optionalView: "secretKeyRef"] = newValue }
    }
}

/// A source whose every entry becomes a variable.
public struct EnvFromSource: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is put before each name.
    public var prefix: String {
        get { self[text: "prefix"] }
        set { self[text: "prefix"] = newValue }
    }
    /// A ConfigMap; it has no key.
    public var configMapRef: KeyReference? {
        get { self[optionalView: "configMapRef"] }
        set { self[optionalView: "configMapRef"] = newValue }
    }
    /// A Secret; it has no key.
    public var secretRef: KeyReference? {
        get { self[optionalView: "secretRef"] }
        set { self[optionalView: "secretRef"] = newValue }
    }
}

/// A field of the pod, for the downward API.
public struct FieldReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The version that the path is written in.
    public var apiVersion: String {
        get { self[text: "apiVersion"] }
        set { self[text: "apiVersion"] = newValue }
    }
    /// The path, such as `metadata.name`.
    public var fieldPath: String {
        get { self[text: "fieldPath"] }
        set { self[text: "fieldPath"] = newValue }
    }
}

/// A resource of a container, for the downward API.
public struct ResourceFieldReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The container; empty for its own.
    public var containerName: String {
        get { self[text: "containerName"] }
        set { self[text: "containerName"] = newValue }
    }
    /// The resource, such as `limits.cpu`.
    public var resource: String {
        get { self[text: "resource"] }
        set { self[text: "resource"] = newValue }
    }
    /// The unit, as a quantity.
    public var divisor: String {
        get { self[text: "divisor"] }
        set { self[text: "divisor"] = newValue }
    }
}

/// A key of a ConfigMap or Secret.
public struct KeyReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The object's name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The key.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// Whether it may be absent.
    public var isOptional: Bool {
        get { self[flag: "optional"] }
        set { self[flag: "optional"] = newValue }
    }
}
