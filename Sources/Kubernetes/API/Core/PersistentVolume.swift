// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A demand for storage.
public struct PersistentVolumeClaim: KubernetesObject {
    public static let kind = "PersistentVolumeClaim"
    public static let resource = GroupVersionResource.persistentVolumeClaims

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: PersistentVolumeClaimSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: PersistentVolumeClaimStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What storage is wanted.
public struct PersistentVolumeClaimSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Such as `ReadWriteOnce`.
    public var accessModes: [String] {
        get { self[texts: "accessModes"] }
        set { self[texts: "accessModes"] = newValue }
    }
    /// Which volumes are eligible.
    public var selector: LabelSelector? {
        get { self[optionalView: "selector"] }
        set { self[optionalView: "selector"] = newValue }
    }
    /// How much, as the request `storage`.
    public var resources: ResourceRequirements {
        get { self[view: "resources"] }
        set { self[view: "resources"] = newValue }
    }
    /// The volume it is bound to; empty before.
    public var volumeName: String {
        get { self[text: "volumeName"] }
        set { self[text: "volumeName"] = newValue }
    }
    /// The class of storage; nil for the default class, empty for none.
    public var storageClassName: String? {
        get { self[optionalText: "storageClassName"] }
        set { self[optionalText: "storageClassName"] = newValue }
    }
    /// `Filesystem` or `Block`.
    public var volumeMode: String {
        get { self[text: "volumeMode"] }
        set { self[text: "volumeMode"] = newValue }
    }
}

/// What became of a claim.
public struct PersistentVolumeClaimStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `Pending`, `Bound` or `Lost`.
    public var phase: String {
        get { self[text: "phase"] }
        set { self[text: "phase"] = newValue }
    }
    /// What the volume allows.
    public var accessModes: [String] {
        get { self[texts: "accessModes"] }
        set { self[texts: "accessModes"] = newValue }
    }
    /// What the volume has.
    public var capacity: [String: Quantity] {
        get { self[quantities: "capacity"] }
        set { self[quantities: "capacity"] = newValue }
    }
}

/// A piece of storage.
public struct PersistentVolume: KubernetesObject {
    public static let kind = "PersistentVolume"
    public static let resource = GroupVersionResource.persistentVolumes

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What it is.
    public var spec: PersistentVolumeSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: PersistentVolumeStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a piece of storage is; beside these one source is set.
public struct PersistentVolumeSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How much it holds.
    public var capacity: [String: Quantity] {
        get { self[quantities: "capacity"] }
        set { self[quantities: "capacity"] = newValue }
    }
    /// Such as `ReadWriteOnce`.
    public var accessModes: [String] {
        get { self[texts: "accessModes"] }
        set { self[texts: "accessModes"] = newValue }
    }
    /// The claim it is bound to.
    public var claimRef: ObjectReference? {
        get { self[optionalView: "claimRef"] }
        set { self[optionalView: "claimRef"] = newValue }
    }
    /// What happens when the claim goes: `Retain` or `Delete`.
    public var persistentVolumeReclaimPolicy: String {
        get { self[text: "persistentVolumeReclaimPolicy"] }
        set { self[text: "persistentVolumeReclaimPolicy"] = newValue }
    }
    /// Its class.
    public var storageClassName: String {
        get { self[text: "storageClassName"] }
        set { self[text: "storageClassName"] = newValue }
    }
    /// `Filesystem` or `Block`.
    public var volumeMode: String {
        get { self[text: "volumeMode"] }
        set { self[text: "volumeMode"] = newValue }
    }
    /// A path of the node.
    public var hostPath: HostPathVolume? {
        get { self[optionalView: "hostPath"] }
        set { self[optionalView: "hostPath"] = newValue }
    }
    /// A directory of one node, as `{path}`.
    public var local: JSONValue? {
        get { self.json["local"] }
        set { self.json["local"] = newValue }
    }
    /// A volume of a driver.
    public var csi: JSONValue? {
        get { self.json["csi"] }
        set { self.json["csi"] = newValue }
    }
    /// The nodes that can reach it, as `required` node selector.
    public var nodeAffinity: JSONValue? {
        get { self.json["nodeAffinity"] }
        set { self.json["nodeAffinity"] = newValue }
    }
}

/// What became of a volume.
public struct PersistentVolumeStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `Pending`, `Available`, `Bound`, `Released` or `Failed`.
    public var phase: String {
        get { self[text: "phase"] }
        set { self[text: "phase"] = newValue }
    }
    /// For people.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
    /// In one word.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// When the phase last changed.
    public var lastPhaseTransitionTime: KubernetesTime? {
        get { self[time: "lastPhaseTransitionTime"] }
        set { self[time: "lastPhaseTransitionTime"] = newValue }
    }
}

/// A kind of storage and who makes it.
public struct StorageClass: KubernetesObject {
    public static let kind = "StorageClass"
    public static let resource = GroupVersionResource.storageClasses

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Who makes its volumes.
    public var provisioner: String {
        get { self[text: "provisioner"] }
        set { self[text: "provisioner"] = newValue }
    }
    /// What the provisioner is told.
    public var parameters: [String: String] {
        get { self[textMap: "parameters"] }
        set { self[textMap: "parameters"] = newValue }
    }
    /// What its volumes' reclaim policy is.
    public var reclaimPolicy: String {
        get { self[text: "reclaimPolicy"] }
        set { self[text: "reclaimPolicy"] = newValue }
    }
    /// `Immediate` or `WaitForFirstConsumer`.
    public var volumeBindingMode: String {
        get { self[text: "volumeBindingMode"] }
        set { self[text: "volumeBindingMode"] = newValue }
    }
    /// Whether claims may grow.
    public var allowVolumeExpansion: Bool? {
        get { self[optionalFlag: "allowVolumeExpansion"] }
        set { self[optionalFlag: "allowVolumeExpansion"] = newValue }
    }
}
