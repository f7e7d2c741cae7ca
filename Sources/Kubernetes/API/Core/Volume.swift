// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A volume of a pod; beside the name one source is set.
public struct Volume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name within the pod.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// A directory that lives as long as the pod.
    public var emptyDir: EmptyDirVolume? {
        get { self[optionalView: "emptyDir"] }
        set { self[optionalView: "emptyDir"] = newValue }
    }
    /// The entries of a ConfigMap as files.
    public var configMap: ProjectedKeys? {
        get { self[optionalView: "configMap"] }
        set { self[optionalView: "configMap"] = newValue }
    }
    /// The entries of a Secret as files.
    public var secret: SecretVolume? {
        get { self[optionalView: "secret"] }
        set { self[optionalView: "secret"] = newValue }
    }
    /// What a claim is bound to.
    public var persistentVolumeClaim: ClaimVolume? {
        get { self[optionalView: "persistentVolumeClaim"] }
        set { self[optionalView: "persistentVolumeClaim"] = newValue }
    }
    /// A path of the node.
    public var hostPath: HostPathVolume? {
        get { self[optionalView: "hostPath"] }
        set { self[optionalView: "hostPath"] = newValue }
    }
    /// Fields of the pod as files.
    public var downwardAPI: DownwardAPIVolume? {
        get { self[optionalView: "downwardAPI"] }
        set { self[optionalView: "downwardAPI"] = newValue }
    }
    /// Several sources in one directory.
    public var projected: ProjectedVolume? {
        get { self[optionalView: "projected"] }
        set { self[optionalView: "projected"] = newValue }
    }
}

/// A directory that lives as long as the pod.
public struct EmptyDirVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `Memory`, or empty for the node's disk.
    public var medium: String {
        get { self[text: "medium"] }
        set { self[text: "medium"] = newValue }
    }
    /// The most it may hold, as a quantity.
    public var sizeLimit: String {
        get { self[text: "sizeLimit"] }
        set { self[text: "sizeLimit"] = newValue }
    }
}

/// The entries of a ConfigMap as files.
public struct ProjectedKeys: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The ConfigMap.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Which entries, and where; empty for all.
    public var items: [KeyToPath] {
        get { self[views: "items"] }
        set { self[views: "items"] = newValue }
    }
    /// The files' permissions.
    public var defaultMode: Int64? {
        get { self[integer: "defaultMode"] }
        set { self[integer: "defaultMode"] = newValue }
    }
    /// Whether it may be absent.
    public var isOptional: Bool {
        get { self[flag: "optional"] }
        set { self[flag: "optional"] = newValue }
    }
}

/// The entries of a Secret as files.
public struct SecretVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The Secret.
    public var secretName: String {
        get { self[text: "secretName"] }
        set { self[text: "secretName"] = newValue }
    }
    /// Which entries, and where; empty for all.
    public var items: [KeyToPath] {
        get { self[views: "items"] }
        set { self[views: "items"] = newValue }
    }
    /// The files' permissions.
    public var defaultMode: Int64? {
        get { self[integer: "defaultMode"] }
        set { self[integer: "defaultMode"] = newValue }
    }
    /// Whether it may be absent.
    public var isOptional: Bool {
        get { self[flag: "optional"] }
        set { self[flag: "optional"] = newValue }
    }
}

/// An entry and the file that it becomes.
public struct KeyToPath: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The entry.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// The file, relative to the mount.
    public var path: String {
        get { self[text: "path"] }
        set { self[text: "path"] = newValue }
    }
    /// The file's permissions; nil for the volume's.
    public var mode: Int64? {
        get { self[integer: "mode"] }
        set { self[integer: "mode"] = newValue }
    }
}

/// What a claim is bound to.
public struct ClaimVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The claim.
    public var claimName: String {
        get { self[text: "claimName"] }
        set { self[text: "claimName"] = newValue }
    }
    /// Whether it cannot be written.
    public var readOnly: Bool {
        get { self[flag: "readOnly"] }
        set { self[flag: "readOnly"] = newValue }
    }
}

/// A path of the node.
public struct HostPathVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The path.
    public var path: String {
        get { self[text: "path"] }
        set { self[text: "path"] = newValue }
    }
    /// What it must be, such as `Directory`; empty for no check.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
}

/// Fields of the pod as files.
public struct DownwardAPIVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The files.
    public var items: [DownwardAPIFile] {
        get { self[views: "items"] }
        set { self[views: "items"] = newValue }
    }
    /// The files' permissions.
    public var defaultMode: Int64? {
        get { self[integer: "defaultMode"] }
        set { self[integer: "defaultMode"] = newValue }
    }
}
