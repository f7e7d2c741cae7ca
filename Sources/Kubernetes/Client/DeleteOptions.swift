// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// How an object is to be deleted.
public struct DeleteOptions: Hashable, Sendable {
    /// What becomes of the objects that it owns.
    public enum PropagationPolicy: String, Hashable, Sendable {
        case background = "Background"
        case foreground = "Foreground"
        case orphan = "Orphan"
    }

    /// Seconds until a pod is killed; nil for the pod's own; 0 removes the object at once.
    public var gracePeriodSeconds: Int64?
    /// What becomes of the objects that it owns; nil for the server's default.
    public var propagationPolicy: PropagationPolicy?
    /// Refuse (409) unless the object has this uid.
    public var uid: String?
    /// Refuse (409) unless the object has this resourceVersion.
    public var resourceVersion: String?

    /// Options; what is left out is the server's to choose.
    public init(
        gracePeriodSeconds: Int64? = nil,
        propagationPolicy: PropagationPolicy? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil
    ) {
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagationPolicy = propagationPolicy
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    /// The request body.
    public var json: JSONValue {
        var json: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        json["gracePeriodSeconds"] = self.gracePeriodSeconds.map(JSONValue.integer)
        json["propagationPolicy"] = (self.propagationPolicy?.rawValue).map(JSONValue.string)
        if let uid = self.uid { json["preconditions", "uid"] = .string(uid) }
        if let version = self.resourceVersion { json["preconditions", "resourceVersion"] = .string(version) }
        return json
    }
}
