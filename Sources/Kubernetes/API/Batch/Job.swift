// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// Pods that run to their end.
public struct Job: KubernetesObject {
    public static let kind = "Job"
    public static let resource = GroupVersionResource.jobs

    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is wanted.
    public var spec: JobSpec {
        get { self[view: "spec"] }
        set { self[view: "spec"] = newValue }
    }
    /// What was last observed.
    public var status: JobStatus {
        get { self[view: "status"] }
        set { self[view: "status"] = newValue }
    }
}

/// What a job is to be.
public struct JobSpec: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How many pods at a time.
    public var parallelism: Int64 {
        get { self[integer: "parallelism"] ?? 1 }
        set { self[integer: "parallelism"] = newValue }
    }
    /// How many must succeed; nil when any one success ends a work queue.
    public var completions: Int64? {
        get { self[integer: "completions"] }
        set { self[integer: "completions"] = newValue }
    }
    /// Seconds after which it is ended.
    public var activeDeadlineSeconds: Int64? {
        get { self[integer: "activeDeadlineSeconds"] }
        set { self[integer: "activeDeadlineSeconds"] = newValue }
    }
    /// How many pods may fail before it has failed.
    public var backoffLimit: Int64 {
        get { self[integer: "backoffLimit"] ?? 6 }
        set { self[integer: "backoffLimit"] = newValue }
    }
    /// Its pods; made by the server.
    public var selector: LabelSelector {
        get { self[view: "selector"] }
        set { self[view: "selector"] = newValue }
    }
    /// Whether the selector was given rather than made.
    public var hasManualSelector: Bool {
        get { self[flag: "manualSelector"] }
        set { self[flag: "manualSelector"] = newValue }
    }
    /// What each pod is to be.
    public var template: PodTemplate {
        get { self[view: "template"] }
        set { self[view: "template"] = newValue }
    }
    /// Seconds after its end when it may be removed.
    public var ttlSecondsAfterFinished: Int64? {
        get { self[integer: "ttlSecondsAfterFinished"] }
        set { self[integer: "ttlSecondsAfterFinished"] = newValue }
    }
    /// `NonIndexed` or `Indexed`.
    public var completionMode: String {
        get { self[text: "completionMode"] }
        set { self[text: "completionMode"] = newValue }
    }
    /// Whether it makes no pods for now.
    public var isSuspended: Bool {
        get { self[flag: "suspend"] }
        set { self[flag: "suspend"] = newValue }
    }
    /// `TerminatingOrFailed` or `Failed`: when a pod gets a successor.
    public var podReplacementPolicy: String {
        get { self[text: "podReplacementPolicy"] }
        set { self[text: "podReplacementPolicy"] = newValue }
    }
}

/// What the controller last observed of a job.
public struct JobStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// `Complete`, `Failed`, `SuccessCriteriaMet`, `FailureTarget`, `Suspended`.
    public var conditions: [Condition] {
        get { self[views: "conditions"] }
        set { self[views: "conditions"] = newValue }
    }
    /// When it was first acted upon.
    public var startTime: KubernetesTime? {
        get { self[time: "startTime"] }
        set { self[time: "startTime"] = newValue }
    }
    /// When it succeeded.
    public var completionTime: KubernetesTime? {
        get { self[time: "completionTime"] }
        set { self[time: "completionTime"] = newValue }
    }
    /// The pods that have not ended.
    public var active: Int64 {
        get { self[integer: "active"] ?? 0 }
        set { self[integer: "active"] = newValue }
    }
    /// The pods that succeeded.
    public var succeeded: Int64 {
        get { self[integer: "succeeded"] ?? 0 }
        set { self[integer: "succeeded"] = newValue }
    }
    /// The pods that failed.
    public var failed: Int64 {
        get { self[integer: "failed"] ?? 0 }
        set { self[integer: "failed"] = newValue }
    }
    /// The pods that are going.
    public var terminating: Int64? {
        get { self[integer: "terminating"] }
        set { self[integer: "terminating"] = newValue }
    }
    /// The pods that are ready.
    public var ready: Int64? {
        get { self[integer: "ready"] }
        set { self[integer: "ready"] = newValue }
    }
    /// Ended pods that are not in the counts yet.
    public var uncountedTerminatedPods: JSONValue? {
        get { self.json["uncountedTerminatedPods"] }
        set { self.json["uncountedTerminatedPods"] = newValue }
    }
}
