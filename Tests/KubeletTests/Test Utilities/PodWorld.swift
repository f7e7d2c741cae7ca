// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Determinism
import JSON
import Kubelet
import KubernetesAPI

/// A pod's machine with a clock and timers, driven by the commands of scripts.
///
/// `pod SPEC` (JSON), `started`, `sandbox ADDRESS`, `sandbox-failed TEXT`, `sandbox-removed`, `pulled NAME`, `not-pulled NAME TEXT`,
/// `runs NAME`, `not-started NAME TEXT`, `bad-config NAME TEXT`, `exit NAME CODE`, `probe NAME KIND ok|fail|error [TEXT]`,
/// `settled NAME ok|fail` (the hook after its start), `hook NAME ok|fail [TEXT]` (that before its end), `delete GRACE`, `removed`, `wait SECONDS` (what timers bring on the way is handled in order).
struct PodWorld {
    struct BadCommand: Error { let line: Substring }

    private(set) var machine: PodLifecycle?
    private var pod = Pod(json: .emptyObject)
    private var now = Instant.zero
    private var timers: [(name: PodLifecycle.Timer, at: Instant)] = []
    /// The life of each container that was last asked for.
    private var attempts: [String: Int] = [:]
    private var output: [String] = []

    mutating func run(_ lines: [Substring]) throws -> String {
        self.output = []
        for line in lines { try self.run(line) }
        return self.output.joined(separator: "\n")
    }

    private mutating func run(_ line: Substring) throws {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let (first, rest) = (words.count > 1 ? words[1] : "", words.count > 2 ? words[2] : "")
        let attempt = self.attempts[first] ?? 0
        func container(_ event: PodLifecycle.ContainerEvent) -> PodLifecycle.Event { .container(first, event) }
        switch words[0] {
        case "pod": try self.make(line.dropFirst(4))
        case "started": self.handle(.started)
        case "sandbox": self.handle(.sandboxCreated(address: first))
        case "sandbox-failed": self.handle(.sandboxFailed(message: "\(first) \(rest)"))
        case "sandbox-removed": self.handle(.sandboxRemoved)
        case "pulled": self.handle(container(.pulled(PulledImage(id: "local/x", wasPresent: true))))
        case "not-pulled": self.handle(container(.pullFailed(RuntimeError(.imageNotFound, rest))))
        case "runs": self.handle(container(.started(attempt: attempt, id: "id-\(first)-\(attempt)")))
        case "not-started": self.handle(container(.startFailed(attempt: attempt, RuntimeError(.startFailed, rest))))
        case "bad-config":
            self.handle(container(.startFailed(attempt: attempt, RuntimeError(.badConfiguration, rest))))
        case "exit":
            guard let code = Int32(rest) else { throw BadCommand(line: line) }
            self.handle(container(.exited(attempt: attempt, ProcessExit(code: code))))
        case "probe":
            let parts = rest.split(separator: " ", maxSplits: 1)
            guard let kind = ProbeKind.allCases.first(where: { $0.rawValue.lowercased() == parts[0] }) else {
                throw BadCommand(line: line)
            }
            self.handle(container(.probed(kind, attempt: attempt, try Self.outcome(parts[1]))))
        case "settled": self.handle(container(.postStartEnded(attempt: attempt, try Self.outcome(rest[...]))))
        case "hook": self.handle(container(.preStopEnded(attempt: attempt, try Self.outcome(rest[...]))))
        case "delete":
            guard let grace = Int64(first) else { throw BadCommand(line: line) }
            self.pod.json["metadata", "deletionTimestamp"] = "1970-01-01T00:00:00Z"
            self.pod.json["metadata", "deletionGracePeriodSeconds"] = .integer(grace)
            self.handle(.updated(self.pod))
        case "removed": self.handle(.removed)
        case "wait":
            guard let seconds = Double(first) else { throw BadCommand(line: line) }
            self.wait(.milliseconds(Int64(seconds * 1000)))
        default: throw BadCommand(line: line)
        }
    }

    private static func outcome(_ text: Substring) throws -> ProbeOutcome {
        let words = text.split(separator: " ", maxSplits: 1)
        let rest = words.count > 1 ? String(words[1]) : ""
        switch words.first {
        case "ok": return .success
        case "fail": return .failure(output: rest)
        case "error": return .error(message: rest)
        default: throw BadCommand(line: text)
        }
    }

    private mutating func make(_ spec: Substring) throws {
        self.pod = Pod(json: [
            "metadata": ["name": "web-0", "namespace": "default", "uid": "u"],
            "spec": try JSONValue(parsing: String(spec)),
        ])
        let configuration = PodLifecycle.Configuration(
            hostAddress: "127.64.255.1",
            origin: KubernetesTime(seconds: 0)
        )
        self.machine = PodLifecycle(pod: self.pod, configuration: configuration)
    }

    /// Lets time pass, handling timers when they are due.
    mutating func wait(_ duration: Duration) {
        let end = self.now + duration
        while let next = self.timers.indices.min(by: { self.timers[$0].at < self.timers[$1].at }),
            self.timers[next].at <= end
        {
            let timer = self.timers.remove(at: next)
            self.now = max(self.now, timer.at)
            self.handle(.timer(timer.name))
        }
        self.now = end
    }

    mutating func handle(_ event: PodLifecycle.Event) {
        for effect in self.machine?.handle(event, now: self.now) ?? [] {
            switch effect {
            case .setTimer(let name, let time):
                self.timers.removeAll { $0.name == name }
                self.timers.append((name, time))
            case .start(let container, let attempt):
                self.attempts[container] = attempt
            default: break
            }
            if let text = Self.text(effect) { self.output.append("\(self.now) \(text)") }
        }
    }

    private static func text(_ effect: PodLifecycle.Effect) -> String? {
        switch effect {
        case .createSandbox: "create sandbox"
        case .removeSandbox: "remove sandbox"
        case .pull(let container, let image): "pull \(image) for \(container)"
        case .start(let container, let attempt): "start \(container), life \(attempt)"
        case .signal(let container, let number, let grace):
            "signal \(number) to \(container)" + (grace.map { ", grace \($0.seconds) s" } ?? "")
        case .probe(let container, let kind, let attempt, let action, let timeout):
            "\(kind) probe of \(container), life \(attempt), within \(Int(timeout.seconds)) s: \(Self.text(action))"
        case .postStart(let container, _, let action): "hook after the start of \(container): \(Self.text(action))"
        case .preStop(let container, _, let action, let timeout):
            "hook before the end of \(container), within \(Int(timeout.seconds)) s: \(Self.text(action))"
        case .setTimer: nil  // seen by what comes of it
        case .writeStatus(let report): "status " + Self.text(report)
        case .record(let event): "event \(event.type) \(event.reason): \(event.message)"
        case .deleteObject: "delete object"
        }
    }

    private static func text(_ action: ProbeAction) -> String {
        switch action {
        case .exec(let command): command.joined(separator: " ")
        case .tcpSocket(_, let port): "port \(port)"
        case .httpGet(_, let port, let path, _, _): "page \(path) at port \(port)"
        }
    }

    private static func text(_ report: PodStatusReport) -> String {
        let status = PodStatus(json: report.status)
        let ready = status.conditions.first { $0.type == "Ready" }
        var parts = [status.phase, ready?.status == "True" ? "Ready" : "unready (\(ready?.reason ?? ""))"]
        if !status.podIP.isEmpty { parts.append(status.podIP) }
        for container in status.initContainerStatuses + status.containerStatuses {
            var text = "\(container.name): \(Self.text(container.state))"
            let last = Self.text(container.lastState)
            if last != "" { text += ", before: \(last)" }
            if container.restartCount > 0 { text += ", restarts \(container.restartCount)" }
            if container.isReady { text += ", ready" }
            if container.state.running != nil, container.started == false { text += ", not started up" }
            parts.append(text)
        }
        return parts.joined(separator: "; ")
    }

    private static func text(_ state: ContainerState) -> String {
        if let waiting = state.waiting {
            return waiting.message.isEmpty ? waiting.reason : "\(waiting.reason) (\(waiting.message))"
        }
        if let running = state.running { return "running since \(running.startedAt?.description.suffix(9) ?? "")" }
        guard let terminated = state.terminated else { return "" }
        return "\(terminated.reason) \(terminated.exitCode)"
    }
}
