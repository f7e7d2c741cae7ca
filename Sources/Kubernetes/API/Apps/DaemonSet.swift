// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A pod on every node that fits.
public struct DaemonSet: KubernetesObject {
    public static let kind = "DaemonSet"
    public static let resource = GroupVersionResource.daemonSets

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: DaemonSetSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: DaemonSetStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a daemon set is to be.
public struct DaemonSetSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
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
    /// How its pods are replaced when the template changes.
    public var updateStrategy: DaemonSetUpdateStrategy {
        get { self[view: "updateStrategy"] }
        set { self[view: "updateStrategy"] = newValue }
    }
    /// Seconds a pod must be ready to be available.
    public var minReadySeconds: Int64 {
        get { self[integer: "minReadySeconds"] ?? 0 }
        set { self[integer: "minReadySeconds"] = newValue }
    }
    /// How many old revisions are kept; negative for all.
    public var revisionHistoryLimit: Int64 {
        get { self[integer: "revisionHistoryLimit"] ?? 10 }
        set { self[integer: "revisionHistoryLimit"] = newValue }
    }
}

/// How a daemon set's pods are replaced when the template changes.
public struct DaemonSetUpdateStrategy: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `RollingUpdate` or `OnDelete`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// The rolling update's settings.
    public var rollingUpdate: RollingUpdateDaemonSet? {
        get { self[optionalView: "rollingUpdate"] }
        set { self[optionalView: "rollingUpdate"] = newValue }
    }
}

/// The settings of a daemon set's rolling update; one of the two is not zero.
public struct RollingUpdateDaemonSet: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many nodes may be without an available pod.
    public var maxUnavailable: IntOrString? {
        get { self[intOrString: "maxUnavailable"] }
        set { self[intOrString: "maxUnavailable"] = newValue }
    }
    /// How many nodes may have a new pod beside the old one.
    public var maxSurge: IntOrString? {
        get { self[intOrString: "maxSurge"] }
        set { self[intOrString: "maxSurge"] = newValue }
    }
}

/// What the controller last observed of a daemon set. Nodes are counted, not pods.
public struct DaemonSetStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Nodes that should run a pod and do.
    public var currentNumberScheduled: Int64 {
        get { self[integer: "currentNumberScheduled"] ?? 0 }
        set { self[integer: "currentNumberScheduled"] = newValue }
    }
    /// Nodes that should not run a pod and do.
    public var numberMisscheduled: Int64 {
        get { self[integer: "numberMisscheduled"] ?? 0 }
        set { self[integer: "numberMisscheduled"] = newValue }
    }
    /// Nodes that should run a pod.
    public var desiredNumberScheduled: Int64 {
        get { self[integer: "desiredNumberScheduled"] ?? 0 }
        set { self[integer: "desiredNumberScheduled"] = newValue }
    }
    /// Nodes that should run a pod and have a ready one.
    public var numberReady: Int64 {
        get { self[integer: "numberReady"] ?? 0 }
        set { self[integer: "numberReady"] = newValue }
    }
    /// The generation of the spec that was acted upon.
    public var observedGeneration: Int64 {
        get { self[integer: "observedGeneration"] ?? 0 }
        set { self[integer: "observedGeneration"] = newValue }
    }
    /// Nodes whose pod has the newest template.
    public var updatedNumberScheduled: Int64 {
        get { self[integer: "updatedNumberScheduled"] ?? 0 }
        set { self[integer: "updatedNumberScheduled"] = newValue }
    }
    /// Nodes whose pod is ready for minReadySeconds.
    public var numberAvailable: Int64 {
        get { self[integer: "numberAvailable"] ?? 0 }
        set { self[integer: "numberAvailable"] = newValue }
    }
    /// Nodes that should have an available pod and have none.
    public var numberUnavailable: Int64 {
        get { self[integer: "numberUnavailable"] ?? 0 }
        set { self[integer: "numberUnavailable"] = newValue }
    }
    /// How often a revision's name was taken.
    public var collisionCount: Int64? {
        get { self[integer: "collisionCount"] }
        set { self[integer: "collisionCount"] = newValue }
    }
    /// Its conditions.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
}
