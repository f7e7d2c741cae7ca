// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import JSON
import KubernetesAPI

extension PodLifecycle {
    /// The status as it is now (kubelet_pods.go: generateAPIPodStatus).
    mutating func statusReport(now: Instant) -> PodStatusReport {
        let phase = self.phase
        self.updateConditions(phase: phase, now: now)
        let host = self.configuration.hostAddress
        var status: JSONValue = [
            "phase": .string(phase),
            "conditions": .array(self.conditions.map(\.json)),
            "hostIP": .string(host),
            "hostIPs": [["ip": .string(host)]],
            "containerStatuses": .array(
                self.runs[self.initCount...].sorted { $0.container.name < $1.container.name }
                    .map { $0.status(self.configuration) }
            ),
        ]
        status["startTime"] = self.startTime.map { .string($0.description) }
        if let address {
            status["podIP"] = .string(address)
            status["podIPs"] = [["ip": .string(address)]]
        }
        if let failure {
            status["reason"] = .string(failure.reason)
            status["message"] = .string(failure.message)
        }
        if self.initCount > 0 {
            status["initContainerStatuses"] = .array(
                self.runs[..<self.initCount].map { $0.status(self.configuration) }
            )
        }
        return PodStatusReport(status: status)
    }

    /// Whether all that ran has ended for good.
    private var isOver: Bool { self.stage == .tearingDown || self.stage == .over || self.stage == .finished }

    private var phase: String {
        let (initial, others) = (self.runs[..<self.initCount], self.runs[self.initCount...])
        let policy = self.pod.spec.restartPolicy
        if self.failure != nil, self.isOver { return "Failed" }
        if initial.contains(where: { $0.role == .initial && $0.activity == .ended && !$0.hasSucceeded }),
            policy == "Never" || self.isOver
        {
            return "Failed"
        }
        if !self.isOver, initial.contains(where: { !($0.hasBeenPassed || $0.letsOthersBegin) }) { return "Pending" }
        let running = others.filter { $0.shown == .running }
        let stopped = others.filter { $0.shown != .running && ($0.termination ?? $0.lastTermination) != nil }
        let waiting = others.filter { $0.shown != .running && ($0.termination ?? $0.lastTermination) == nil }
        if self.isOver {
            let allWell = stopped.allSatisfy { ($0.termination ?? $0.lastTermination)?.exitCode == 0 }
            return waiting.isEmpty && allWell ? "Succeeded" : "Failed"
        }
        if !waiting.isEmpty { return "Pending" }
        if !running.isEmpty || initial.contains(where: { $0.role == .sidecar && $0.isAlive }) { return "Running" }
        guard !stopped.isEmpty else { return "Pending" }
        if policy == "Never" || policy == "OnFailure" {
            if stopped.allSatisfy({ $0.activity == .ended && $0.termination?.exitCode == 0 }) { return "Succeeded" }
            if policy == "Never" { return "Failed" }
        }
        return "Running"
    }

    private mutating func updateConditions(phase: String, now: Instant) {
        let (initial, others) = (self.runs[..<self.initCount], self.runs[self.initCount...])
        let isInitialized = initial.allSatisfy { $0.hasBeenPassed || $0.letsOthersBegin }
        let hasSandbox = self.stage == .prepared
        self.set("PodReadyToStartContainers", hasSandbox, now: now)
        if isInitialized {
            self.set("Initialized", true, phase == "Succeeded" ? "PodCompleted" : nil, now: now)
        } else {
            let names = initial.filter { !($0.hasBeenPassed || $0.letsOthersBegin) }.map(\.container.name)
            let message = "containers with incomplete status: \(Self.list(names))"
            self.set("Initialized", false, "ContainersNotInitialized", message, now: now)
        }
        let unready = (initial.filter { $0.role == .sidecar } + others).filter { !$0.isReady }.map(\.container.name)
        let isReady = unready.isEmpty && isInitialized
        for type in ["Ready", "ContainersReady"] {
            if phase == "Succeeded" {
                self.set(type, false, "PodCompleted", now: now)
            } else if phase == "Failed" {
                self.set(type, false, "PodFailed", now: now)
            } else if isReady {
                self.set(type, true, now: now)
            } else {
                let message = "containers with unready status: \(Self.list(unready))"
                self.set(type, false, "ContainersNotReady", message, now: now)
            }
        }
        // The scheduler's word; pods that were bound by hand have none of it.
        self.set("PodScheduled", true, now: now)
    }

    private static func list(_ names: [String]) -> String { "[\(names.joined(separator: " "))]" }

    private mutating func set(
        _ type: String,
        _ isTrue: Bool,
        _ reason: String? = nil,
        _ message: String? = nil,
        now: Instant
    ) {
        let time = self.configuration.time(at: now)
        let condition = PodConditionState(type: type, isTrue: isTrue, reason: reason, message: message, since: time)
        guard let index = self.conditions.firstIndex(where: { $0.type == type }) else {
            self.conditions.append(condition)
            return
        }
        let since = self.conditions[index].isTrue == isTrue ? self.conditions[index].since : time
        self.conditions[index] = condition
        self.conditions[index].since = since
    }
}

extension ContainerRun {
    /// The entry in `containerStatuses`.
    func status(_ configuration: PodLifecycle.Configuration) -> JSONValue {
        var status: JSONValue = [
            "name": .string(self.container.name),
            "ready": .bool(self.isReady),
            "restartCount": .integer(Int64(self.restartCount)),
            "image": .string(self.container.image),
            "imageID": .string(self.imageID),
            "started": .bool(self.hasStartedUp),
            "lastState": self.lastTermination.map { ["terminated": $0.json] } ?? .emptyObject,
        ]
        if !self.id.isEmpty { status["containerID"] = .string(self.id) }
        switch self.shown {
        case .waiting(let reason, let message):
            status["state", "waiting"] = ["reason": .string(reason)]
            if let message { status["state", "waiting", "message"] = .string(message) }
        case .running:
            let time = configuration.time(at: self.startedAt)
            status["state", "running"] = ["startedAt": .string(time.description)]
        case .terminated(let termination):
            status["state", "terminated"] = termination.json
        }
        return status
    }

    /// A start that is under way does not count yet.
    private var restartCount: Int {
        self.activity == .starting ? max(0, self.attempt - 1) : self.attempt
    }
}

extension ContainerTermination {
    var json: JSONValue {
        var json: JSONValue = [
            "exitCode": .integer(Int64(self.exitCode)),
            "reason": .string(self.reason),
            "finishedAt": .string(self.finishedAt.description),
            "containerID": .string(self.id),
        ]
        json["startedAt"] = self.startedAt.map { .string($0.description) }
        json["message"] = self.message.map(JSONValue.string)
        return json
    }
}
