// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Which nodes and which neighbours a pod needs or prefers.
public struct Affinity: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Which nodes.
    public var nodeAffinity: NodeAffinity? {
        get { self[optionalView: "nodeAffinity"] }
        set { self[optionalView: "nodeAffinity"] = newValue }
    }
    /// Which neighbours.
    public var podAffinity: PodAffinity? {
        get { self[optionalView: "podAffinity"] }
        set { self[optionalView: "podAffinity"] = newValue }
    }
    /// Which neighbours it avoids.
    public var podAntiAffinity: PodAffinity? {
        get { self[optionalView: "podAntiAffinity"] }
        set { self[optionalView: "podAntiAffinity"] = newValue }
    }
}

/// Which nodes a pod needs or prefers.
public struct NodeAffinity: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What its node must be.
    public var required: NodeSelector? {
        get { self[optionalView: "requiredDuringSchedulingIgnoredDuringExecution"] }
        set { self[optionalView: "requiredDuringSchedulingIgnoredDuringExecution"] = newValue }
    }
    /// What its node should be, with weights.
    public var preferred: JSONValue? {
        get { self.json["preferredDuringSchedulingIgnoredDuringExecution"] }
        set { self.json["preferredDuringSchedulingIgnoredDuringExecution"] = newValue }
    }
}

/// Nodes that match any of the terms.
public struct NodeSelector: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The terms; none matches no node.
    public var nodeSelectorTerms: [NodeSelectorTerm] {
        get { self[views: "nodeSelectorTerms"] }
        set { self[views: "nodeSelectorTerms"] = newValue }
    }
}

/// Nodes that match all of the requirements.
public struct NodeSelectorTerm: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Requirements on labels.
    public var matchExpressions: [NodeSelectorRequirement] {
        get { self[views: "matchExpressions"] }
        set { self[views: "matchExpressions"] = newValue }
    }
    /// Requirements on fields (`metadata.name`).
    public var matchFields: [NodeSelectorRequirement] {
        get { self[views: "matchFields"] }
        set { self[views: "matchFields"] = newValue }
    }
}

/// A requirement on one label or field of a node.
public struct NodeSelectorRequirement: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The label or field.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.
    public var operation: String {
        get { self[text: "operator"] }
        set { self[text: "operator"] = newValue }
    }
    /// What it is compared with.
    public var values: [String] {
        get { self[texts: "values"] }
        set { self[texts: "values"] = newValue }
    }
}

/// Which neighbours a pod needs or prefers, or avoids.
public struct PodAffinity: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What must hold.
    public var required: [PodAffinityTerm] {
        get { self[views: "requiredDuringSchedulingIgnoredDuringExecution"] }
        set { self[views: "requiredDuringSchedulingIgnoredDuringExecution"] = newValue }
    }
    /// What should hold, with weights.
    public var preferred: JSONValue? {
        get { self.json["preferredDuringSchedulingIgnoredDuringExecution"] }
        set { self.json["preferredDuringSchedulingIgnoredDuringExecution"] = newValue }
    }
}

/// Pods, and how near they count as neighbours.
public struct PodAffinityTerm: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The pods; nil matches none.
    public var labelSelector: LabelSelector? {
        get { self[optionalView: "labelSelector"] }
        set { self[optionalView: "labelSelector"] = newValue }
    }
    /// The namespaces they are in; empty for the pod's own.
    public var namespaces: [String] {
        get { self[texts: "namespaces"] }
        set { self[texts: "namespaces"] = newValue }
    }
    /// The namespaces, by their labels; nil for none beside those listed.
    public var namespaceSelector: LabelSelector? {
        get { self[optionalView: "namespaceSelector"] }
        set { self[optionalView: "namespaceSelector"] = newValue }
    }
    /// The node label whose equal value makes neighbours.
    public var topologyKey: String {
        get { self[text: "topologyKey"] }
        set { self[text: "topologyKey"] = newValue }
    }
}

/// A taint that a pod tolerates.
public struct Toleration: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The taint's key; empty for all.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// `Equal` (the default when empty) or `Exists`.
    public var operation: String {
        get { self[text: "operator"] }
        set { self[text: "operator"] = newValue }
    }
    /// The taint's value.
    public var value: String {
        get { self[text: "value"] }
        set { self[text: "value"] = newValue }
    }
    /// The taint's effect; empty for all.
    public var effect: String {
        get { self[text: "effect"] }
        set { self[text: "effect"] = newValue }
    }
    /// How long a NoExecute taint is tolerated; nil for ever.
    public var tolerationSeconds: Int64? {
        get { self[integer: "tolerationSeconds"] }
        set { self[integer: "tolerationSeconds"] = newValue }
    }
}

/// What keeps pods off a node that do not tolerate it.
public struct Taint: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its key.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// Its value.
    public var value: String {
        get { self[text: "value"] }
        set { self[text: "value"] = newValue }
    }
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    public var effect: String {
        get { self[text: "effect"] }
        set { self[text: "effect"] = newValue }
    }
    /// When a NoExecute taint was put on.
    public var timeAdded: KubernetesTime? {
        get { self[time: "timeAdded"] }
        set { self[time: "timeAdded"] = newValue }
    }
}
