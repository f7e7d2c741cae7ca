// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A machine that runs pods.
public struct Node: KubernetesObject {
    public static let kind = "Node"
    public static let resource = GroupVersionResource.nodes

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: NodeSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: NodeStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a node is to be.
public struct NodeSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The addresses of its pods.
    public var podCIDR: String {
        get { self[text: "podCIDR"] }
        set { self[text: "podCIDR"] = newValue }
    }
    /// Its identity at the provider.
    public var providerID: String {
        get { self[text: "providerID"] }
        set { self[text: "providerID"] = newValue }
    }
    /// Whether new pods are kept away (cordoned).
    public var isUnschedulable: Bool {
        get { self[flag: "unschedulable"] }
        set { self[flag: "unschedulable"] = newValue }
    }
    /// What keeps pods off that do not tolerate it.
    public var taints: [Taint] {
        get { self[views: "taints"] }
        set { self[views: "taints"] = newValue }
    }
}

/// What a kubelet reported of its node.
public struct NodeStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What the machine has.
    public var capacity: [String: Quantity] {
        get { self[quantities: "capacity"] }
        set { self[quantities: "capacity"] = newValue }
    }
    /// What pods may use of it.
    public var allocatable: [String: Quantity] {
        get { self[quantities: "allocatable"] }
        set { self[quantities: "allocatable"] = newValue }
    }
    /// Its conditions, such as `Ready`.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
    /// Its addresses.
    public var addresses: [NodeAddress] {
        get { self[views: "addresses"] }
        set { self[views: "addresses"] = newValue }
    }
    /// The kubelet's port, as `kubeletEndpoint.Port`.
    public var daemonEndpoints: JSONValue? {
        get { self.json["daemonEndpoints"] }
        set { self.json["daemonEndpoints"] = newValue }
    }
    /// The machine's identity and versions.
    public var nodeInfo: JSONValue? {
        get { self.json["nodeInfo"] }
        set { self.json["nodeInfo"] = newValue }
    }
}

/// An address of a node.
public struct NodeAddress: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Such as `InternalIP` or `Hostname`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// The address.
    public var address: String {
        get { self[text: "address"] }
        set { self[text: "address"] = newValue }
    }
}
