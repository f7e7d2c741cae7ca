// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What a kubelet observed of a container.
public struct ContainerStatus: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The container.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Its state now.
    public var state: ContainerState {
        get { self[view: "state"] }
        set { self[view: "state"] = newValue }
    }
    /// How it ended the last time.
    public var lastState: ContainerState {
        get { self[view: "lastState"] }
        set { self[view: "lastState"] = newValue }
    }
    /// Whether its readiness probe passes.
    public var isReady: Bool {
        get { self[flag: "ready"] }
        set { self[flag: "ready"] = newValue }
    }
    /// How often it was started again.
    public var restartCount: Int64 {
        get { self[integer: "restartCount"] ?? 0 }
        set { self[integer: "restartCount"] = newValue }
    }
    /// The image it runs.
    public var image: String {
        get { self[text: "image"] }
        set { self[text: "image"] = newValue }
    }
    /// The identity of that image.
    public var imageID: String {
        get { self[text: "imageID"] }
        set { self[text: "imageID"] = newValue }
    }
    /// The identity of this container.
    public var containerID: String {
        get { self[text: "containerID"] }
        set { self[text: "containerID"] = newValue }
    }
    /// Whether its startup probe has passed.
    public var started: Bool? {
        get { self[optionalFlag: "started"] }
        set { self[optionalFlag: "started"] = newValue }
    }
}

/// A state of a container; at most one of these is set, none means waiting.
public struct ContainerState: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Not started yet, or about to be started again.
    public var waiting: ContainerStateWaiting? {
        get { self[optionalView: "waiting"] }
        set { self[optionalView: "waiting"] = newValue }
    }
    /// Running.
    public var running: ContainerStateRunning? {
        get { self[optionalView: "running"] }
        set { self[optionalView: "running"] = newValue }
    }
    /// Ended.
    public var terminated: ContainerStateTerminated? {
        get { self[optionalView: "terminated"] }
        set { self[optionalView: "terminated"] = newValue }
    }
}

/// Why a container does not run yet.
public struct ContainerStateWaiting: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// In one word, such as `ContainerCreating`.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// For people.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
}

/// Since when a container runs.
public struct ContainerStateRunning: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// When it was started.
    public var startedAt: KubernetesTime? {
        get { self[time: "startedAt"] }
        set { self[time: "startedAt"] = newValue }
    }
}

/// How a container ended.
public struct ContainerStateTerminated: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What it exited with; 128 + n when signal n ended it.
    public var exitCode: Int64 {
        get { self[integer: "exitCode"] ?? 0 }
        set { self[integer: "exitCode"] = newValue }
    }
    /// The signal that ended it.
    public var signal: Int64? {
        get { self[integer: "signal"] }
        set { self[integer: "signal"] = newValue }
    }
    /// In one word, such as `Completed` or `Error`.
    public var reason: String {
        get { self[text: "reason"] }
        set { self[text: "reason"] = newValue }
    }
    /// Its termination message.
    public var message: String {
        get { self[text: "message"] }
        set { self[text: "message"] = newValue }
    }
    /// When it was started.
    public var startedAt: KubernetesTime? {
        get { self[time: "startedAt"] }
        set { self[time: "startedAt"] = newValue }
    }
    /// When it ended.
    public var finishedAt: KubernetesTime? {
        get { self[time: "finishedAt"] }
        set { self[time: "finishedAt"] = newValue }
    }
    /// The identity of the container that ended.
    public var containerID: String {
        get { self[text: "containerID"] }
        set { self[text: "containerID"] = newValue }
    }
}
