// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A number of pods that are alike.
public struct ReplicaSet: KubernetesObject {
    public static let kind = "ReplicaSet"
    public static let resource = GroupVersionResource.replicaSets

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: ReplicaSetSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: ReplicaSetStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a replica set is to be.
public struct ReplicaSetSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many pods.
    public var replicas: Int64 {
        get { self[integer: "replicas"] ?? 1 }
        set { self[integer: "replicas"] = newValue }
    }
    /// Seconds a pod must be ready to be available.
    public var minReadySeconds: Int64 {
        get { self[integer: "minReadySeconds"] ?? 0 }
        set { self[integer: "minReadySeconds"] = newValue }
    }
    /// Its pods.
    public var selector: LabelSelector {
        get { self[view: "selector"] }
        set { self[view: "selector"] = newValue }
    }
    /// What each pod is to be.
    public var template: PodTemplate {
        get { self[view: "template"] }
        set { self[view: "template"] = newValue }
    }
}

/// What the controller last observed of a replica set.
public struct ReplicaSetStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The pods there are.
    public var replicas: Int64 {
        get { self[integer: "replicas"] ?? 0 }
        set { self[integer: "replicas"] = newValue }
    }
    /// The pods that have all of the template's labels.
    public var fullyLabeledReplicas: Int64 {
        get { self[integer: "fullyLabeledReplicas"] ?? 0 }
        set { self[integer: "fullyLabeledReplicas"] = newValue }
    }
    /// The pods that are ready.
    public var readyReplicas: Int64 {
        get { self[integer: "readyReplicas"] ?? 0 }
        set { self[integer: "readyReplicas"] = newValue }
    }
    /// The pods that are ready for minReadySeconds.
    public var availableReplicas: Int64 {
        get { self[integer: "availableReplicas"] ?? 0 }
        set { self[integer: "availableReplicas"] = newValue }
    }
    /// The pods that are going.
    public var terminatingReplicas: Int64? {
        get { self[integer: "terminatingReplicas"] }
        set { self[integer: "terminatingReplicas"] = newValue }
    }
    /// The generation of the spec that was acted upon.
    public var observedGeneration: Int64 {
        get { self[integer: "observedGeneration"] ?? 0 }
        set { self[integer: "observedGeneration"] = newValue }
    }
    /// Its conditions.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
}
