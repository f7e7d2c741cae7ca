// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A right that one holder renews, or a heartbeat.
public struct Lease: KubernetesObject {
    public static let kind = "Lease"
    public static let resource = GroupVersionResource.leases

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Who holds it, and until when.
    public var spec: LeaseSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
}

/// Who holds a lease.
public struct LeaseSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The holder.
    public var holderIdentity: String {
        get { self[text: "holderIdentity"] }
        set { self[text: "holderIdentity"] = newValue }
    }
    /// Seconds after the last renewal when others may take it.
    public var leaseDurationSeconds: Int64? {
        get { self[integer: "leaseDurationSeconds"] }
        set { self[integer: "leaseDurationSeconds"] = newValue }
    }
    /// When it was taken, RFC 3339 with microseconds.
    public var acquireTime: String? {
        get { self[optionalText: "acquireTime"] }
        set { self[optionalText: "acquireTime"] = newValue }
    }
    /// When it was last renewed, RFC 3339 with microseconds.
    public var renewTime: String? {
        get { self[optionalText: "renewTime"] }
        set { self[optionalText: "renewTime"] = newValue }
    }
    /// How often the holder changed.
    public var leaseTransitions: Int64? {
        get { self[integer: "leaseTransitions"] }
        set { self[integer: "leaseTransitions"] = newValue }
    }
}
