// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Who the processes of a pod are to the API server.
public struct ServiceAccount: KubernetesObject {
    public static let kind = "ServiceAccount"
    public static let resource = GroupVersionResource.serviceAccounts

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Whether pods get a token; nil leaves it to the pod.
    public var automountServiceAccountToken: Bool? {
        get { self[optionalFlag: "automountServiceAccountToken"] }
        set { self[optionalFlag: "automountServiceAccountToken"] = newValue }
    }
    /// Secrets its pods may use.
    public var secrets: [ObjectReference] {
        get { self[views: "secrets"] }
        set { self[views: "secrets"] = newValue }
    }
    /// Secrets for pulling images.
    public var imagePullSecrets: [LocalObjectReference] {
        get { self[views: "imagePullSecrets"] }
        set { self[views: "imagePullSecrets"] = newValue }
    }
}

/// An object of the same namespace.
public struct LocalObjectReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
}
