// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A name, and often an address, for pods.
public struct Service: KubernetesObject {
    public static let kind = "Service"
    public static let resource = GroupVersionResource.services

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: ServiceSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: JSONValue? {
        get { self.json["status"] }
        set { self.json["status"] = newValue }
    }
}

/// What a service is to be.
public struct ServiceSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its ports.
    public var ports: [ServicePort] {
        get { self[views: "ports"] }
        set { self[views: "ports"] = newValue }
    }
    /// The labels of its pods; empty when somebody else keeps its endpoints.
    public var selector: [String: String] {
        get { self[textMap: "selector"] }
        set { self[textMap: "selector"] = newValue }
    }
    /// Its virtual address; `None` for a headless service.
    public var clusterIP: String {
        get { self[text: "clusterIP"] }
        set { self[text: "clusterIP"] = newValue }
    }
    /// Its virtual addresses.
    public var clusterIPs: [String] {
        get { self[texts: "clusterIPs"] }
        set { self[texts: "clusterIPs"] = newValue }
    }
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// Further addresses that lead to it.
    public var externalIPs: [String] {
        get { self[texts: "externalIPs"] }
        set { self[texts: "externalIPs"] = newValue }
    }
    /// The name that it is an alias for.
    public var externalName: String {
        get { self[text: "externalName"] }
        set { self[text: "externalName"] = newValue }
    }
    /// `None` or `ClientIP`.
    public var sessionAffinity: String {
        get { self[text: "sessionAffinity"] }
        set { self[text: "sessionAffinity"] = newValue }
    }
    /// Whether pods are published before they are ready.
    public var publishNotReadyAddresses: Bool {
        get { self[flag: "publishNotReadyAddresses"] }
        set { self[flag: "publishNotReadyAddresses"] = newValue }
    }
}

/// A port of a service.
public struct ServicePort: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// `TCP`, `UDP` or `SCTP`.
    public var transportProtocol: String {
        get { self[text: "protocol"] }
        set { self[text: "protocol"] = newValue }
    }
    /// The port of the service.
    public var port: Int64 {
        get { self[integer: "port"] ?? 0 }
        set { self[integer: "port"] = newValue }
    }
    /// The port of the pods, by number or name.
    public var targetPort: IntOrString? {
        get { self[intOrString: "targetPort"] }
        set { self[intOrString: "targetPort"] = newValue }
    }
    /// The port of every node that leads to it.
    public var nodePort: Int64? {
        get { self[integer: "nodePort"] }
        set { self[integer: "nodePort"] = newValue }
    }
}

/// The addresses behind a service.
public struct Endpoints: KubernetesObject {
    public static let kind = "Endpoints"
    public static let resource = GroupVersionResource.endpoints

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The addresses, grouped by their ports.
    public var subsets: [EndpointSubset] {
        get { self[views: "subsets"] }
        set { self[views: "subsets"] = newValue }
    }
}

/// Addresses that share ports.
public struct EndpointSubset: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Those of ready pods.
    public var addresses: [EndpointAddress] {
        get { self[views: "addresses"] }
        set { self[views: "addresses"] = newValue }
    }
    /// Those of pods that are not ready.
    public var notReadyAddresses: [EndpointAddress] {
        get { self[views: "notReadyAddresses"] }
        set { self[views: "notReadyAddresses"] = newValue }
    }
    /// The ports of each.
    public var ports: [EndpointPort] {
        get { self[views: "ports"] }
        set { self[views: "ports"] = newValue }
    }
}

/// The address of a pod.
public struct EndpointAddress: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The address.
    public var ip: String {
        get { self[text: "ip"] }
        set { self[text: "ip"] = newValue }
    }
    /// The host name that the service publishes.
    public var hostname: String {
        get { self[text: "hostname"] }
        set { self[text: "hostname"] = newValue }
    }
    /// The pod's node.
    public var nodeName: String {
        get { self[text: "nodeName"] }
        set { self[text: "nodeName"] = newValue }
    }
    /// The pod.
    public var targetRef: ObjectReference? {
        get { self[optionalView: "targetRef"] }
        set { self[optionalView: "targetRef"] = newValue }
    }
}

/// A port of endpoints.
public struct EndpointPort: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The service port's name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The port.
    public var port: Int64 {
        get { self[integer: "port"] ?? 0 }
        set { self[integer: "port"] = newValue }
    }
    /// `TCP`, `UDP` or `SCTP`.
    public var transportProtocol: String {
        get { self[text: "protocol"] }
        set { self[text: "protocol"] = newValue }
    }
}
