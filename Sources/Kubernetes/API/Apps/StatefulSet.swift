// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Pods with names, order and claims of their own.
public struct StatefulSet: KubernetesObject {
    public static let kind = "StatefulSet"
    public static let resource = GroupVersionResource.statefulSets

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: StatefulSetSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: StatefulSetStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a set is to be.
public struct StatefulSetSpec: JSONView {
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
    /// The claims that each pod has for itself.
    public var volumeClaimTemplates: [PersistentVolumeClaim] {
        get { self[views: "volumeClaimTemplates"] }
        set { self[views: "volumeClaimTemplates"] = newValue }
    }
    /// The headless service that publishes its pods.
    public var serviceName: String {
        get { self[text: "serviceName"] }
        set { self[text: "serviceName"] = newValue }
    }
    /// `OrderedReady` or `Parallel`.
    public var podManagementPolicy: String {
        get { self[text: "podManagementPolicy"] }
        set { self[text: "podManagementPolicy"] = newValue }
    }
    /// How its pods are replaced when the template changes.
    public var updateStrategy: StatefulSetUpdateStrategy {
        get { self[view: "updateStrategy"] }
        set { self[view: "updateStrategy"] = newValue }
    }
    /// How many old revisions are kept; negative for all.
    public var revisionHistoryLimit: Int64 {
        get { self[integer: "revisionHistoryLimit"] ?? 10 }
        set { self[integer: "revisionHistoryLimit"] = newValue }
    }
    /// Seconds a pod must be ready to be available.
    public var minReadySeconds: Int64 {
        get { self[integer: "minReadySeconds"] ?? 0 }
        set { self[integer: "minReadySeconds"] = newValue }
    }
    /// What becomes of the claims of pods that go.
    public var claimRetention: ClaimRetentionPolicy {
        get { self[view: "persistentVolumeClaimRetentionPolicy"] }
        set { self[view: "persistentVolumeClaimRetentionPolicy"] = newValue }
    }
    /// Where its pods' numbers begin.
    public var ordinals: StatefulSetOrdinals? {
        get { self[optionalView: "ordinals"] }
        set { self[optionalView: "ordinals"] = newValue }
    }
}

/// How pods are replaced when the template changes.
public struct StatefulSetUpdateStrategy: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `RollingUpdate` or `OnDelete`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// The rolling update's settings; whether they are there at all has a meaning of its own.
    public var rollingUpdate: RollingUpdateStrategy? {
        get { self[optionalView: "rollingUpdate"] }
        set { self[optionalView: "rollingUpdate"] = newValue }
    }
}

/// The settings of a rolling update.
public struct RollingUpdateStrategy: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The lowest ordinal that is replaced.
    public var partition: Int64 {
        get { self[integer: "partition"] ?? 0 }
        set { self[integer: "partition"] = newValue }
    }
    /// How many pods may be away at once.
    public var maxUnavailable: IntOrString? {
        get { self[intOrString: "maxUnavailable"] }
        set { self[intOrString: "maxUnavailable"] = newValue }
    }
}

/// What becomes of the claims of pods that go: `Retain` or `Delete`.
public struct ClaimRetentionPolicy: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// When the set is deleted.
    public var whenDeleted: String {
        get { self[text: "whenDeleted"] }
        set { self[text: "whenDeleted"] = newValue }
    }
    /// When the set is made smaller.
    public var whenScaled: String {
        get { self[text: "whenScaled"] }
        set { self[text: "whenScaled"] = newValue }
    }
}

/// How pods are numbered.
public struct StatefulSetOrdinals: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The first number.
    public var start: Int64 {
        get { self[integer: "start"] ?? 0 }
        set { self[integer: "start"] = newValue }
    }
}

/// What the controller last observed of a set.
public struct StatefulSetStatus: JSONView {
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
    /// The pods that are running and ready.
    public var readyReplicas: Int64 {
        get { self[integer: "readyReplicas"] ?? 0 }
        set { self[integer: "readyReplicas"] = newValue }
    }
    /// The pods at the current revision.
    public var currentReplicas: Int64 {
        get { self[integer: "currentReplicas"] ?? 0 }
        set { self[integer: "currentReplicas"] = newValue }
    }
    /// The pods at the update revision.
    public var updatedReplicas: Int64 {
        get { self[integer: "updatedReplicas"] ?? 0 }
        set { self[integer: "updatedReplicas"] = newValue }
    }
    /// The pods ready for minReadySeconds.
    public var availableReplicas: Int64 {
        get { self[integer: "availableReplicas"] ?? 0 }
        set { self[integer: "availableReplicas"] = newValue }
    }
    /// The revision that pods come from.
    public var currentRevision: String {
        get { self[text: "currentRevision"] }
        set { self[text: "currentRevision"] = newValue }
    }
    /// The revision that pods go to.
    public var updateRevision: String {
        get { self[text: "updateRevision"] }
        set { self[text: "updateRevision"] = newValue }
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

/// What a pod that is made from it will be.
public struct PodTemplate: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The pod's spec.
    public var spec: PodSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
}

/// A snapshot of a template.
public struct ControllerRevision: KubernetesObject {
    public static let kind = "ControllerRevision"
    public static let resource = GroupVersionResource.controllerRevisions

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The snapshot, as a patch of the owner.
    public var data: JSONValue? {
        get { self.json["data"] }
        set { self.json["data"] = newValue }
    }
    /// Its number; the highest is the newest.
    public var revision: Int64 {
        get { self[integer: "revision"] ?? 0 }
        set { self[integer: "revision"] = newValue }
    }
}
