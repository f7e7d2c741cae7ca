// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What a component tells people about an object.
public struct Event: KubernetesObject {
    public static let kind = "Event"
    public static let resource = GroupVersionResource.events

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The object.
    public var involvedObject: ObjectReference {
        get { self[view: "involvedObject"] }
        set { self[view: "involvedObject"] = newValue }
    }
    /// In one word, such as `SuccessfulCreate`.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// The sentence.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
    /// Who tells it.
    public var source: EventSource {
        get { self[view: "source"] }
        set { self[view: "source"] = newValue }
    }
    /// When it happened first.
    public var firstTimestamp: KubernetesTime? {
        get { self[time: "firstTimestamp"] }
        set { self[time: "firstTimestamp"] = newValue }
    }
    /// When it happened last.
    public var lastTimestamp: KubernetesTime? {
        get { self[time: "lastTimestamp"] }
        set { self[time: "lastTimestamp"] = newValue }
    }
    /// How often it happened.
    public var count: Int64 {
        get { self[integer: "count"] ?? 1 }
        set { self[integer: "count"] = newValue }
    }
    /// `Normal` or `Warning`.
    public var type: String {
        get { self[text: "type"] }
        set { self[text: "type"] = newValue }
    }
    /// When it happened first, with microseconds.
    public var eventTime: String? {
        get { self[optionalText: "eventTime"] }
        set { self[optionalText: "eventTime"] = newValue }
    }
    /// What was done.
    public var action: String {
        get { self[text: "action"] }
        set { self[text: "action"] = newValue }
    }
    /// Who tells it.
    public var reportingComponent: String {
        get { self[text: "reportingComponent"] }
        set { self[text: "reportingComponent"] = newValue }
    }
    /// Which instance of it.
    public var reportingInstance: String {
        get { self[text: "reportingInstance"] }
        set { self[text: "reportingInstance"] = newValue }
    }
}

/// Who tells an event.
public struct EventSource: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The component.
    public var component: String {
        get { self[text: "component"] }
        set { self[text: "component"] = newValue }
    }
    /// The node it runs on.
    public var host: String {
        get { self[text: "host"] }
        set { self[text: "host"] = newValue }
    }
}
