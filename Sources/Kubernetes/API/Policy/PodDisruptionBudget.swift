// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// How many of some pods may be away on purpose.
public struct PodDisruptionBudget: KubernetesObject {
    public static let kind = "PodDisruptionBudget"
    public static let resource = GroupVersionResource.podDisruptionBudgets

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: PodDisruptionBudgetSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: PodDisruptionBudgetStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// Which pods, and how many of them must stay.
public struct PodDisruptionBudgetSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many must stay; a percentage counts of all.
    public var minAvailable: IntOrString? {
        get { self[intOrString: "minAvailable"] }
        set { self[intOrString: "minAvailable"] = newValue }
    }
    /// The pods; nil matches none, an empty one all of the namespace.
    public var selector: LabelSelector? {
        get { self[optionalView: "selector"] }
        set { self[optionalView: "selector"] = newValue }
    }
    /// How many may go.
    public var maxUnavailable: IntOrString? {
        get { self[intOrString: "maxUnavailable"] }
        set { self[intOrString: "maxUnavailable"] = newValue }
    }
    /// `IfHealthyBudget` or `AlwaysAllow`: whether pods that are not ready are protected.
    public var unhealthyPodEvictionPolicy: String? {
        get { self[optionalText: "unhealthyPodEvictionPolicy"] }
        set { self[optionalText: "unhealthyPodEvictionPolicy"] = newValue }
    }
}

/// What the controller last observed of a budget.
public struct PodDisruptionBudgetStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The generation of the spec that was acted upon.
    public var observedGeneration: Int64 {
        get { self[integer: "observedGeneration"] ?? 0 }
        set { self[integer: "observedGeneration"] = newValue }
    }
    /// Pods whose eviction was granted and that are not gone yet, with the time of the grant.
    public var disruptedPods: JSONValue? {
        get { self.json["disruptedPods"] }
        set { self.json["disruptedPods"] = newValue }
    }
    /// How many evictions may be granted now.
    public var disruptionsAllowed: Int64 {
        get { self[integer: "disruptionsAllowed"] ?? 0 }
        set { self[integer: "disruptionsAllowed"] = newValue }
    }
    /// The pods that are healthy.
    public var currentHealthy: Int64 {
        get { self[integer: "currentHealthy"] ?? 0 }
        set { self[integer: "currentHealthy"] = newValue }
    }
    /// The pods that must stay healthy.
    public var desiredHealthy: Int64 {
        get { self[integer: "desiredHealthy"] ?? 0 }
        set { self[integer: "desiredHealthy"] = newValue }
    }
    /// The pods that are counted.
    public var expectedPods: Int64 {
        get { self[integer: "expectedPods"] ?? 0 }
        set { self[integer: "expectedPods"] = newValue }
    }
    /// Its conditions, such as `DisruptionAllowed`.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
}
