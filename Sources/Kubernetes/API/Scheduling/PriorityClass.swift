// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A name for how important pods are.
public struct PriorityClass: KubernetesObject {
    public static let kind = "PriorityClass"
    public static let resource = GroupVersionResource.priorityClasses

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The higher, the more important.
    public var value: Int64 {
        get { self[integer: "value"] ?? 0 }
        set { self[integer: "value"] = newValue }
    }
    /// Whether it holds for pods that name none.
    public var isGlobalDefault: Bool {
        get { self[flag: "globalDefault"] }
        set { self[flag: "globalDefault"] = newValue }
    }
    /// What it is for.
    public var text: String {
        get { self[text: "description"] }
        set { self[text: "description"] = newValue }
    }
    /// `PreemptLowerPriority` or `Never`.
    public var preemptionPolicy: String {
        get { self[text: "preemptionPolicy"] }
        set { self[text: "preemptionPolicy"] = newValue }
    }
}
