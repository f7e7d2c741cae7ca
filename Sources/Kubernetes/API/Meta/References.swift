// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// The object that another one belongs to.
public struct OwnerReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its group and version.
    public var apiVersion: String {
        get { self[text: "apiVersion"] }
        set { self[text: "apiVersion"] = newValue }
    }
    /// Its kind.
    public var kind: String {
        get { self[text: "kind"] }
        set { self[text: "kind"] = newValue }
    }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The identity of its life.
    public var uid: String {
        get { self[text: "uid"] }
        set { self[text: "uid"] = newValue }
    }
    /// Whether it is the one that manages the object.
    public var isController: Bool {
        get { self[flag: "controller"] }
        set { self[flag: "controller"] = newValue }
    }
    /// Whether a foreground deletion of the owner waits for the object.
    public var blockOwnerDeletion: Bool {
        get { self[flag: "blockOwnerDeletion"] }
        set { self[flag: "blockOwnerDeletion"] = newValue }
    }
}

/// An object, as events and endpoints name it.
public struct ObjectReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its group and version.
    public var apiVersion: String {
        get { self[text: "apiVersion"] }
        set { self[text: "apiVersion"] = newValue }
    }
    /// Its kind.
    public var kind: String {
        get { self[text: "kind"] }
        set { self[text: "kind"] = newValue }
    }
    /// Its namespace.
    public var namespace: String {
        get { self[text: "namespace"] }
        set { self[text: "namespace"] = newValue }
    }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The identity of its life.
    public var uid: String {
        get { self[text: "uid"] }
        set { self[text: "uid"] = newValue }
    }
    /// Its version.
    public var resourceVersion: String {
        get { self[text: "resourceVersion"] }
        set { self[text: "resourceVersion"] = newValue }
    }
    /// The part of it that is meant.
    public var fieldPath: String {
        get { self[text: "fieldPath"] }
        set { self[text: "fieldPath"] = newValue }
    }
}

/// One aspect of an object's state.
public struct Condition: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The aspect, such as `Ready`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// `True`, `False` or `Unknown`.
    public var status: String {
        get { self[text: "status"] }
        set { self[text: "status"] = newValue }
    }
    /// Why, in one word.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// Why, for people.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
    /// When the status last changed.
    public var lastTransitionTime: KubernetesTime? {
        get { self[time: "lastTransitionTime"] }
        set { self[time: "lastTransitionTime"] = newValue }
    }
    /// When it was last looked at (pods).
    public var lastProbeTime: KubernetesTime? {
        get { self[time: "lastProbeTime"] }
        set { self[time: "lastProbeTime"] = newValue }
    }
    /// When it was last reported (nodes).
    public var lastHeartbeatTime: KubernetesTime? {
        get { self[time: "lastHeartbeatTime"] }
        set { self[time: "lastHeartbeatTime"] = newValue }
    }
    /// The generation of the spec that it is about.
    public var observedGeneration: Int64? {
        get { self[integer: "observedGeneration"] }
        set { self[integer: "observedGeneration"] = newValue }
    }
}
