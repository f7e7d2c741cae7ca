// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import JSON

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
