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

/// An environment variable.
public struct EnvVar: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Its name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// Its text, before `$(VAR)` is expanded.
    public var value: String {
        get { self[text: "value"] }
        set { self[text: "value"] = newValue }
    }
    /// Where its text comes from instead.
    public var valueFrom: EnvVarSource? {
        get { self[optionalView: "valueFrom"] }
        set { self[optionalView: "valueFrom"] = newValue }
    }
}

/// Where the text of a variable comes from; one of these is set.
public struct EnvVarSource: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// A field of the pod.
    public var fieldRef: FieldReference? {
        get { self[optionalView: "fieldRef"] }
        set { self[optionalView: "fieldRef"] = newValue }
    }
    /// A resource of a container.
    public var resourceFieldRef: ResourceFieldReference? {
        get { self[optionalView: "resourceFieldRef"] }
        set { self[optionalView: "resourceFieldRef"] = newValue }
    }
    /// A key of a ConfigMap.
    public var configMapKeyRef: KeyReference? {
        get { self[optionalView: "configMapKeyRef"] }
        set { self[optionalView: "configMapKeyRef"] = newValue }
    }
    /// A key of a Secret.
    public var secretKeyRef: KeyReference? {
        get { self[optionalView: "secretKeyRef"] }
        set { self[optionalView: "secretKeyRef"] = newValue }
    }
}

/// A source whose every entry becomes a variable.
public struct EnvFromSource: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// What is put before each name.
    public var prefix: String {
        get { self[text: "prefix"] }
        set { self[text: "prefix"] = newValue }
    }
    /// A ConfigMap; it has no key.
    public var configMapRef: KeyReference? {
        get { self[optionalView: "configMapRef"] }
        set { self[optionalView: "configMapRef"] = newValue }
    }
    /// A Secret; it has no key.
    public var secretRef: KeyReference? {
        get { self[optionalView: "secretRef"] }
        set { self[optionalView: "secretRef"] = newValue }
    }
}

/// A field of the pod, for the downward API.
public struct FieldReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The version that the path is written in.
    public var apiVersion: String {
        get { self[text: "apiVersion"] }
        set { self[text: "apiVersion"] = newValue }
    }
    /// The path, such as `metadata.name`.
    public var fieldPath: String {
        get { self[text: "fieldPath"] }
        set { self[text: "fieldPath"] = newValue }
    }
}

/// A resource of a container, for the downward API.
public struct ResourceFieldReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The container; empty for its own.
    public var containerName: String {
        get { self[text: "containerName"] }
        set { self[text: "containerName"] = newValue }
    }
    /// The resource, such as `limits.cpu`.
    public var resource: String {
        get { self[text: "resource"] }
        set { self[text: "resource"] = newValue }
    }
    /// The unit, as a quantity.
    public var divisor: String {
        get { self[text: "divisor"] }
        set { self[text: "divisor"] = newValue }
    }
}

/// A key of a ConfigMap or Secret.
public struct KeyReference: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The object's name.
    public var name: String {
        get { self[text: "name"] }
        set { self[text: "name"] = newValue }
    }
    /// The key.
    public var key: String {
        get { self[text: "key"] }
        set { self[text: "key"] = newValue }
    }
    /// Whether it may be absent.
    public var isOptional: Bool {
        get { self[flag: "optional"] }
        set { self[flag: "optional"] = newValue }
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

/// A check that is made again and again.
public struct Probe: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Runs a command; exit code 0 is success.
    public var exec: ExecAction? {
        get { self[optionalView: "exec"] }
        set { self[optionalView: "exec"] = newValue }
    }
    /// Asks over HTTP; 200 to 399 is success.
    public var httpGet: HTTPGetAction? {
        get { self[optionalView: "httpGet"] }
        set { self[optionalView: "httpGet"] = newValue }
    }
    /// Connects; a connection is success.
    public var tcpSocket: TCPSocketAction? {
        get { self[optionalView: "tcpSocket"] }
        set { self[optionalView: "tcpSocket"] = newValue }
    }
    /// Asks gRPC's health service.
    public var grpc: JSONValue? {
        get { self.json["grpc"] }
        set { self.json["grpc"] = newValue }
    }
    /// Seconds from the container's start to the first check.
    public var initialDelaySeconds: Int64 {
        get { self[integer: "initialDelaySeconds"] ?? 0 }
        set { self[integer: "initialDelaySeconds"] = newValue }
    }
    /// Seconds after which a check has failed.
    public var timeoutSeconds: Int64 {
        get { self[integer: "timeoutSeconds"] ?? 1 }
        set { self[integer: "timeoutSeconds"] = newValue }
    }
    /// Seconds between checks.
    public var periodSeconds: Int64 {
        get { self[integer: "periodSeconds"] ?? 10 }
        set { self[integer: "periodSeconds"] = newValue }
    }
    /// Successes in a row that make it pass.
    public var successThreshold: Int64 {
        get { self[integer: "successThreshold"] ?? 1 }
        set { self[integer: "successThreshold"] = newValue }
    }
    /// Failures in a row that make it fail.
    public var failureThreshold: Int64 {
        get { self[integer: "failureThreshold"] ?? 3 }
        set { self[integer: "failureThreshold"] = newValue }
    }
    /// Seconds the container has to end when the probe fails; nil for the pod's.
    public var terminationGracePeriodSeconds: Int64? {
        get { self[integer: "terminationGracePeriodSeconds"] }
        set { self[integer: "terminationGracePeriodSeconds"] = newValue }
    }
}

/// What runs after a container's start and before its end.
public struct Lifecycle: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// Runs right after the start.
    public var postStart: LifecycleHandler? {
        get { self[optionalView: "postStart"] }
        set { self[optionalView: "postStart"] = newValue }
    }
    /// Runs before SIGTERM, within the grace period.
    public var preStop: LifecycleHandler? {
        get { self[optionalView: "preStop"] }
        set { self[optionalView: "preStop"] = newValue }
    }
}

/// What runs; one of these is set.
public struct LifecycleHandler: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// A command.
    public var exec: ExecAction? {
        get { self[optionalView: "exec"] }
        set { self[optionalView: "exec"] = newValue }
    }
    /// A request.
    public var httpGet: HTTPGetAction? {
        get { self[optionalView: "httpGet"] }
        set { self[optionalView: "httpGet"] = newValue }
    }
    /// A connection; accepted for old manifests, without effect.
    public var tcpSocket: TCPSocketAction? {
        get { self[optionalView: "tcpSocket"] }
        set { self[optionalView: "tcpSocket"] = newValue }
    }
    /// Nothing, for a time.
    public var sleep: SleepAction? {
        get { self[optionalView: "sleep"] }
        set { self[optionalView: "sleep"] = newValue }
    }
}

/// A command in the container.
public struct ExecAction: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The program and its arguments; no shell.
    public var command: [String] {
        get { self[texts: "command"] }
        set { self[texts: "command"] = newValue }
    }
}

/// A request over HTTP.
public struct HTTPGetAction: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The path.
    public var path: String {
        get { self[text: "path"] }
        set { self[text: "path"] = newValue }
    }
    /// The port, by number or name.
    public var port: IntOrString? {
        get { self[intOrString: "port"] }
        set { self[intOrString: "port"] = newValue }
    }
    /// The host; empty for the pod's address.
    public var host: String {
        get { self[text: "host"] }
        set { self[text: "host"] = newValue }
    }
    /// `HTTP` or `HTTPS`.
    public var scheme: String {
        get { self[text: "scheme"] }
        set { self[text: "scheme"] = newValue }
    }
    /// Headers, as `{name, value}` objects.
    public var httpHeaders: JSONValue? {
        get { self.json["httpHeaders"] }
        set { self.json["httpHeaders"] = newValue }
    }
}

/// A connection.
public struct TCPSocketAction: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// The port, by number or name.
    public var port: IntOrString? {
        get { self[intOrString: "port"] }
        set { self[intOrString: "port"] = newValue }
    }
    /// The host; empty for the pod's address.
    public var host: String {
        get { self[text: "host"] }
        set { self[text: "host"] = newValue }
    }
}

/// A wait.
public struct SleepAction: JSONView {
    /// The tree itself.
    public var json: JSONValue

    /// A view over a tree.
    public init(json: JSONValue) { self.json = json }
    /// How long.
    public var seconds: Int64 {
        get { self[integer: "seconds"] ?? 0 }
        set { self[integer: "seconds"] = newValue }
    }
}
