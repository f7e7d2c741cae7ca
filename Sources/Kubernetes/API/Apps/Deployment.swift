// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Pods that are alike, rolled by replacing one replica set with another.
public struct Deployment: KubernetesObject {
    public static let kind = "Deployment"
    public static let resource = GroupVersionResource.deployments

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: DeploymentSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: DeploymentStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a deployment is to be.
public struct DeploymentSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many pods.
    public var replicas: Int64 {
        get { self[integer: "replicas"] ?? 1 }
        set { self[integer: "replicas"] = newValue }
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
    /// How its pods are replaced when the template changes.
    public var strategy: DeploymentStrategy {
        get { self[view: "strategy"] }
        set { self[view: "strategy"] = newValue }
    }
    /// Seconds a pod must be ready to be available.
    public var minReadySeconds: Int64 {
        get { self[integer: "minReadySeconds"] ?? 0 }
        set { self[integer: "minReadySeconds"] = newValue }
    }
    /// How many old replica sets are kept.
    public var revisionHistoryLimit: Int64 {
        get { self[integer: "revisionHistoryLimit"] ?? 10 }
        set { self[integer: "revisionHistoryLimit"] = newValue }
    }
    /// Whether changes of the template wait.
    public var isPaused: Bool {
        get { self[flag: "paused"] }
        set { self[flag: "paused"] = newValue }
    }
    /// Seconds without progress after which the rollout counts as failed.
    public var progressDeadlineSeconds: Int64? {
        get { self[integer: "progressDeadlineSeconds"] }
        set { self[integer: "progressDeadlineSeconds"] = newValue }
    }
}

/// How a deployment's pods are replaced.
public struct DeploymentStrategy: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `RollingUpdate` or `Recreate`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// The rolling update's settings.
    public var rollingUpdate: RollingUpdateDeployment? {
        get { self[optionalView: "rollingUpdate"] }
        set { self[optionalView: "rollingUpdate"] = newValue }
    }
}

/// The settings of a deployment's rolling update.
public struct RollingUpdateDeployment: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many of the wanted pods may be missing.
    public var maxUnavailable: IntOrString? {
        get { self[intOrString: "maxUnavailable"] }
        set { self[intOrString: "maxUnavailable"] = newValue }
    }
    /// How many pods there may be beyond the wanted ones.
    public var maxSurge: IntOrString? {
        get { self[intOrString: "maxSurge"] }
        set { self[intOrString: "maxSurge"] = newValue }
    }
}

/// What the controller last observed of a deployment.
public struct DeploymentStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The generation of the spec that was acted upon.
    public var observedGeneration: Int64 {
        get { self[integer: "observedGeneration"] ?? 0 }
        set { self[integer: "observedGeneration"] = newValue }
    }
    /// The pods there are.
    public var replicas: Int64 {
        get { self[integer: "replicas"] ?? 0 }
        set { self[integer: "replicas"] = newValue }
    }
    /// The pods with the newest template.
    public var updatedReplicas: Int64 {
        get { self[integer: "updatedReplicas"] ?? 0 }
        set { self[integer: "updatedReplicas"] = newValue }
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
    /// The pods that are missing for full availability.
    public var unavailableReplicas: Int64 {
        get { self[integer: "unavailableReplicas"] ?? 0 }
        set { self[integer: "unavailableReplicas"] = newValue }
    }
    /// The pods that are going.
    public var terminatingReplicas: Int64? {
        get { self[integer: "terminatingReplicas"] }
        set { self[integer: "terminatingReplicas"] = newValue }
    }
    /// Its conditions, `Available` and `Progressing` among them.
    public var conditions: [DeploymentCondition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
    /// How often a replica set's name was taken.
    public var collisionCount: Int64? {
        get { self[integer: "collisionCount"] }
        set { self[integer: "collisionCount"] = newValue }
    }
}

/// One aspect of a deployment's state.
public struct DeploymentCondition: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The aspect: `Available`, `Progressing`, `ReplicaFailure`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// `True`, `False` or `Unknown`.
    public var status: String {
        get { self[text: "status"] }
        set { self[text: "status"] = newValue }
    }
    /// When it was last written.
    public var lastUpdateTime: KubernetesTime? {
        get { self[time: "lastUpdateTime"] }
        set { self[time: "lastUpdateTime"] = newValue }
    }
    /// When the status last changed.
    public var lastTransitionTime: KubernetesTime? {
        get { self[time: "lastTransitionTime"] }
        set { self[time: "lastTransitionTime"] = newValue }
    }
    /// Why, in one word.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// Why, for people.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
}
