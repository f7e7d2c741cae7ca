// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A container of a pod.
public struct Container: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name within the pod.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The image it runs.
    public var image: String {
        get { self[text: "image"] }
        set { self[text: "image"] = newValue }
    }
    /// Replaces the image's entry point; empty for that one.
    public var command: [String] {
        get { self[texts: "command"] }
        set { self[texts: "command"] = newValue }
    }
    /// Its arguments; empty for the image's.
    public var args: [String] {
        get { self[texts: "args"] }
        set { self[texts: "args"] = newValue }
    }
    /// Where it starts; empty for the image's directory.
    public var workingDir: String {
        get { self[text: "workingDir"] }
        set { self[text: "workingDir"] = newValue }
    }
    /// The ports it listens on.
    public var ports: [ContainerPort] {
        get { self[views: "ports"] }
        set { self[views: "ports"] = newValue }
    }
    /// Sources whose every entry becomes a variable.
    public var envFrom: [EnvFromSource] {
        get { self[views: "envFrom"] }
        set { self[views: "envFrom"] = newValue }
    }
    /// Its environment variables.
    public var env: [EnvVar] {
        get { self[views: "env"] }
        set { self[views: "env"] = newValue }
    }
    /// What it needs and what it may use at most.
    public var resources: ResourceRequirements {
        get { self[view: "resources"] }
        set { self[view: "resources"] = newValue }
    }
    /// `Always` makes an init container a sidecar; else empty.
    public var restartPolicy: String {
        get { self[text: "restartPolicy"] }
        set { self[text: "restartPolicy"] = newValue }
    }
    /// Where volumes appear in it.
    public var volumeMounts: [VolumeMount] {
        get { self[views: "volumeMounts"] }
        set { self[views: "volumeMounts"] = newValue }
    }
    /// What restarts it when it fails.
    public var livenessProbe: Probe? {
        get { self[optionalView: "livenessProbe"] }
        set { self[optionalView: "livenessProbe"] = newValue }
    }
    /// What makes it ready.
    public var readinessProbe: Probe? {
        get { self[optionalView: "readinessProbe"] }
        set { self[optionalView: "readinessProbe"] = newValue }
    }
    /// What holds the other probes back until it succeeds.
    public var startupProbe: Probe? {
        get { self[optionalView: "startupProbe"] }
        set { self[optionalView: "startupProbe"] = newValue }
    }
    /// What runs after its start and before its end.
    public var lifecycle: Lifecycle? {
        get { self[optionalView: "lifecycle"] }
        set { self[optionalView: "lifecycle"] = newValue }
    }
    /// The file whose contents become its last message.
    public var terminationMessagePath: String {
        get { self[text: "terminationMessagePath"] }
        set { self[text: "terminationMessagePath"] = newValue }
    }
    /// `File` or `FallbackToLogsOnError`.
    public var terminationMessagePolicy: String {
        get { self[text: "terminationMessagePolicy"] }
        set { self[text: "terminationMessagePolicy"] = newValue }
    }
    /// `Always`, `IfNotPresent` or `Never`.
    public var imagePullPolicy: String {
        get { self[text: "imagePullPolicy"] }
        set { self[text: "imagePullPolicy"] = newValue }
    }
    /// Whether its standard input stays open.
    public var stdin: Bool {
        get { self[flag: "stdin"] }
        set { self[flag: "stdin"] = newValue }
    }
    /// Whether it has a terminal.
    public var tty: Bool {
        get { self[flag: "tty"] }
        set { self[flag: "tty"] = newValue }
    }
}

/// A port that a container listens on.
public struct ContainerPort: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name, for services and probes.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The port of the node that leads to it.
    public var hostPort: Int64? {
        get { self[integer: "hostPort"] }
        set { self[integer: "hostPort"] = newValue }
    }
    /// The port in the pod.
    public var containerPort: Int64 {
        get { self[integer: "containerPort"] ?? 0 }
        set { self[integer: "containerPort"] = newValue }
    }
    /// `TCP`, `UDP` or `SCTP`.
    public var transportProtocol: String {
        get { self[text: "protocol"] }
        set { self[text: "protocol"] = newValue }
    }
}

/// What a container needs and what it may use at most.
public struct ResourceRequirements: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The most it may use.
    public var limits: [String: Quantity] {
        get { self[quantities: "limits"] }
        set { self[quantities: "limits"] = newValue }
    }
    /// What the scheduler sets aside for it.
    public var requests: [String: Quantity] {
        get { self[quantities: "requests"] }
        set { self[quantities: "requests"] = newValue }
    }
}

/// Where a volume appears in a container.
public struct VolumeMount: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The volume.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Whether it cannot be written.
    public var readOnly: Bool {
        get { self[flag: "readOnly"] }
        set { self[flag: "readOnly"] = newValue }
    }
    /// The path in the container.
    public var mountPath: String {
        get { self[text: "mountPath"] }
        set { self[text: "mountPath"] = newValue }
    }
    /// The path within the volume; empty for its root.
    public var subPath: String {
        get { self[text: "subPath"] }
        set { self[text: "subPath"] = newValue }
    }
    /// The same with variables.
    public var subPathExpr: String {
        get { self[text: "subPathExpr"] }
        set { self[text: "subPathExpr"] = newValue }
    }
}
