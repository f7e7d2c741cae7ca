// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import JSON
import KubernetesAPI

/// Counts the outcomes of one probe of a container (prober/worker.go).
struct ProbeWorker: Hashable, Sendable {
    let kind: ProbeKind
    let probe: Probe
    /// What counts now; nil: not known yet.
    var result: Bool?
    /// When it is due.
    var due = Instant.distantFuture
    /// Whether one is running.
    var isInFlight = false
    /// Whether a turn came while one was running: it is made up for at once.
    var isOverdue = false
    /// Whether it rests until the container is started anew.
    var isOnHold = true
    private var lastOutcome: Bool?
    private var repetitions: Int64 = 0

    init(kind: ProbeKind, probe: Probe) {
        self.kind = kind
        self.probe = probe
        self.result = Self.initialResult(kind)
    }

    /// The workers of a container's probes.
    static func workers(of container: Container) -> [ProbeWorker] {
        let probes: [(ProbeKind, Probe?)] = [
            (.startup, container.startupProbe), (.liveness, container.livenessProbe),
            (.readiness, container.readinessProbe),
        ]
        return probes.compactMap { kind, probe in probe.map { ProbeWorker(kind: kind, probe: $0) } }
    }

    /// A container is alive until shown otherwise, and not ready before it is shown.
    private static func initialResult(_ kind: ProbeKind) -> Bool { kind == .liveness }

    /// A new life of the container; `due` is when the first probe of it is.
    mutating func begin(due: Instant) {
        self.result = Self.initialResult(self.kind)
        self.due = due
        (self.isOnHold, self.isOverdue, self.lastOutcome, self.repetitions) = (false, false, nil, 0)
    }

    /// Counts an outcome; returns whether the result changed.
    mutating func count(_ outcome: Bool) -> Bool {
        self.repetitions = self.lastOutcome == outcome ? self.repetitions + 1 : 1
        self.lastOutcome = outcome
        let threshold = outcome ? self.probe.successThreshold : self.probe.failureThreshold
        guard self.repetitions >= threshold, self.result != outcome else { return false }
        self.result = outcome
        return true
    }

    /// Whether an outcome that failed is the one after which a container must be restarted.
    var hasFailedForGood: Bool {
        self.kind != .readiness && self.lastOutcome == false && self.repetitions >= self.probe.failureThreshold
    }

    /// Moves the due time on by whole periods, past `now`: the rhythm does not drift.
    mutating func advance(now: Instant) {
        let period = max(self.probe.periodSeconds, 1) * 1_000_000_000
        let late = max(0, now.nanoseconds - self.due.nanoseconds)
        self.due = Instant(nanoseconds: self.due.nanoseconds + (late / period + 1) * period)
    }
}

extension ProbeAction {
    /// What a probe does; a port's name is looked up among the container's ports.
    init(_ probe: Probe, of container: Container) throws(RuntimeError) {
        if let exec = probe.exec {
            self = .exec(command: exec.command)
        } else if let get = probe.httpGet {
            self = try Self.page(get, of: container)
        } else if let socket = probe.tcpSocket {
            self = .tcpSocket(host: Self.host(socket.host), port: try Self.number(socket.port, of: container))
        } else {
            throw RuntimeError(.badConfiguration, "missing probe handler (gRPC probes are not supported)")
        }
    }

    /// What a hook does; nil when that is nothing.
    init?(_ handler: LifecycleHandler, of container: Container) throws(RuntimeError) {
        if let exec = handler.exec {
            self = .exec(command: exec.command)
        } else if let get = handler.httpGet {
            self = try Self.page(get, of: container)
        } else if let sleep = handler.sleep {
            self = .exec(command: ["sleep", String(sleep.seconds)])
        } else {
            return nil
        }
    }

    private static func page(_ get: HTTPGetAction, of container: Container) throws(RuntimeError) -> ProbeAction {
        let headers = (get.httpHeaders?.array ?? []).map { header in
            HTTPHeader(name: header["name"]?.string ?? "", value: header["value"]?.string ?? "")
        }
        return .httpGet(
            host: Self.host(get.host),
            port: try Self.number(get.port, of: container),
            path: get.path,
            headers: headers,
            isTLS: get.scheme == "HTTPS"
        )
    }

    private static func host(_ host: String) -> String? { host.isEmpty ? nil : host }

    private static func number(_ port: IntOrString?, of container: Container) throws(RuntimeError) -> Int {
        switch port {
        case .int(let number) where (1...65_535).contains(number):
            return Int(number)
        case .string(let name):
            if let port = container.ports.first(where: { $0.name == name }) { return Int(port.containerPort) }
            if let number = Int(name), (1...65_535).contains(number) { return number }
            throw RuntimeError(.badConfiguration, "couldn't find port: \(name) in container \(container.name)")
        case .int(let number):
            throw RuntimeError(.badConfiguration, "invalid port number: \(number)")
        case nil:
            throw RuntimeError(.badConfiguration, "the probe names no port")
        }
    }
}
