// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Some of the addresses behind a service.
public struct EndpointSlice: KubernetesObject {
    public static let kind = "EndpointSlice"
    public static let resource = GroupVersionResource.endpointSlices

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `IPv4`, `IPv6` or `FQDN`.
    public var addressType: String {
        get { self[text: "addressType"] }
        set { self[text: "addressType"] = newValue }
    }
    /// The addresses.
    public var endpoints: [Endpoint] {
        get { self[views: "endpoints"] }
        set { self[views: "endpoints"] = newValue }
    }
    /// The ports of each.
    public var ports: [EndpointSlicePort] {
        get { self[views: "ports"] }
        set { self[views: "ports"] = newValue }
    }
}

/// A pod behind a service.
public struct Endpoint: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its addresses; clients use the first.
    public var addresses: [String] {
        get { self[texts: "addresses"] }
        set { self[texts: "addresses"] = newValue }
    }
    /// Whether it can be used.
    public var conditions: EndpointConditions {
        get { self[view: "conditions"] }
        set { self[view: "conditions"] = newValue }
    }
    /// The host name that the service publishes.
    public var hostname: String {
        get { self[text: "hostname"] }
        set { self[text: "hostname"] = newValue }
    }
    /// The pod.
    public var targetRef: ObjectReference? {
        get { self[optionalView: "targetRef"] }
        set { self[optionalView: "targetRef"] = newValue }
    }
    /// The pod's node.
    public var nodeName: String {
        get { self[text: "nodeName"] }
        set { self[text: "nodeName"] = newValue }
    }
    /// The node's zone.
    public var zone: String {
        get { self[text: "zone"] }
        set { self[text: "zone"] = newValue }
    }
    /// What version v1beta1 knew of its place.
    public var deprecatedTopology: [String: String] {
        get { self[textMap: "deprecatedTopology"] }
        set { self[textMap: "deprecatedTopology"] = newValue }
    }
}

/// Whether an endpoint can be used; nil counts as true for `ready` and `serving`, as false for `terminating`.
public struct EndpointConditions: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Whether to send it traffic: serving and not terminating, or published whatever its state.
    public var ready: Bool? {
        get { self[optionalFlag: "ready"] }
        set { self[optionalFlag: "ready"] = newValue }
    }
    /// Whether its pod is ready, terminating or not.
    public var serving: Bool? {
        get { self[optionalFlag: "serving"] }
        set { self[optionalFlag: "serving"] = newValue }
    }
    /// Whether its pod is going.
    public var terminating: Bool? {
        get { self[optionalFlag: "terminating"] }
        set { self[optionalFlag: "terminating"] = newValue }
    }
}

/// A port of the endpoints.
public struct EndpointSlicePort: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The service port's name; empty when it has none.
    public var name: String? {
        get { self[optionalText: "name"] }
        set { self[optionalText: "name"] = newValue }
    }
    /// `TCP`, `UDP` or `SCTP`.
    public var transportProtocol: String {
        get { self[text: "protocol"] }
        set { self[text: "protocol"] = newValue }
    }
    /// The port; nil for all.
    public var port: Int64? {
        get { self[integer: "port"] }
        set { self[integer: "port"] = newValue }
    }
    /// What is spoken there.
    public var appProtocol: String? {
        get { self[optionalText: "appProtocol"] }
        set { self[optionalText: "appProtocol"] = newValue }
    }
}
