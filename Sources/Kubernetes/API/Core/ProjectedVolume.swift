// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Several sources in one directory.
public struct ProjectedVolume: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The sources; a later one wins where two have the same path.
    public var sources: [VolumeProjection] {
        get { self[views: "sources"] }
        set { self[views: "sources"] = newValue }
    }
    /// The files' permissions.
    public var defaultMode: Int64? {
        get { self[integer: "defaultMode"] }
        set { self[integer: "defaultMode"] = newValue }
    }
}

/// One of the sources of a projected volume.
public struct VolumeProjection: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Entries of a Secret.
    public var secret: ProjectedKeys? {
        get { self[optionalView: "secret"] }
        set { self[optionalView: "secret"] = newValue }
    }
    /// Entries of a ConfigMap.
    public var configMap: ProjectedKeys? {
        get { self[optionalView: "configMap"] }
        set { self[optionalView: "configMap"] = newValue }
    }
    /// Fields of the pod.
    public var downwardAPI: DownwardAPIVolume? {
        get { self[optionalView: "downwardAPI"] }
        set { self[optionalView: "downwardAPI"] = newValue }
    }
    /// A token of the pod's service account.
    public var serviceAccountToken: TokenProjection? {
        get { self[optionalView: "serviceAccountToken"] }
        set { self[optionalView: "serviceAccountToken"] = newValue }
    }
}

/// A token as a file.
public struct TokenProjection: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Who is to accept it; empty for the API server.
    public var audience: String {
        get { self[text: "audience"] }
        set { self[text: "audience"] = newValue }
    }
    /// How long it holds, at least 600.
    public var expirationSeconds: Int64? {
        get { self[integer: "expirationSeconds"] }
        set { self[integer: "expirationSeconds"] = newValue }
    }
    /// Where in the volume.
    public var path: String {
        get { self[text: "path"] }
        set { self[text: "path"] = newValue }
    }
}

/// A field of the pod, and the file that it becomes.
public struct DownwardAPIFile: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Where in the volume.
    public var path: String {
        get { self[text: "path"] }
        set { self[text: "path"] = newValue }
    }
    /// A field of the pod.
    public var fieldRef: FieldReference? {
        get { self[optionalView: "fieldRef"] }
        set { self[optionalView: "fieldRef"] = newValue }
    }
    /// A container's resource.
    public var resourceFieldRef: ResourceFieldReference? {
        get { self[optionalView: "resourceFieldRef"] }
        set { self[optionalView: "resourceFieldRef"] = newValue }
    }
    /// The file's permissions; nil for the volume's default.
    public var mode: Int64? {
        get { self[integer: "mode"] }
        set { self[integer: "mode"] = newValue }
    }
}
