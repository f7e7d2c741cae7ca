// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The table of pods (`printPod` in `pkg/printers/internalversion`).
enum PodTable {
    static let definition = TableDefinition([
        .name, .init("Ready", "How many containers are ready, of how many."),
        .init("Status", "What the pod does, summed up from its containers."),
        .init("Restarts", "How often containers were started again, and how long ago the last time."), .age,
        .init("IP", "The pod's address.").wide(), .init("Node", "The node the pod is bound to.").wide(),
        .init("Nominated Node", "The node on which room is being made.").wide(),
        .init("Readiness Gates", "How many further conditions hold, of how many.").wide(),
    ]) { object, now in
        let pod = Pod(json: object)
        let summary = PodSummary(pod, now: now)
        return [
            Cell.name(of: object), .string("\(summary.readyContainers)/\(summary.totalContainers)"),
            .string(summary.reason), .string(summary.restarts), Cell.age(of: object, now),
            Cell.text(object["status", "podIPs"]?.array?.first?["ip"] ?? object["status", "podIP"]),
            Cell.text(object["spec", "nodeName"]), Cell.text(object["status", "nominatedNodeName"]),
            .string(summary.readinessGates),
        ]
    }

    /// What kubectl uses to leave out pods that have ended.
    static func conditions(of object: JSONValue) -> JSONValue? {
        switch object["status", "phase"]?.string {
        case "Succeeded":
            [
                [
                    "type": "Completed", "status": "True", "reason": "Succeeded",
                    "message": "The pod has completed successfully.",
                ]
            ]
        case "Failed":
            [["type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."]]
        default: nil
        }
    }
}

/// A pod summed up in words.
struct PodSummary {
    var totalContainers: Int
    var readyContainers = 0
    var reason: String
    var restarts = "0"
    var readinessGates = "<none>"

    init(_ pod: Pod, now: Double) {
        let (spec, status) = (pod.spec, pod.status)
        self.totalContainers = spec.containers.count
        self.reason = status.reason.isEmpty ? status.phase : status.reason
        if let gated = pod.condition("PodScheduled"), gated.reason == "SchedulingGated" { self.reason = gated.reason }
        let sidecars = Set(spec.initContainers.filter { $0.restartPolicy == "Always" }.map(\.name))
        self.totalContainers += sidecars.count
        var (restartCount, lastRestart) = (Int64(0), KubernetesTime?.none)
        var (sidecarRestarts, lastSidecarRestart) = (Int64(0), KubernetesTime?.none)
        func latest(_ time: KubernetesTime?, _ other: KubernetesTime?) -> KubernetesTime? {
            guard let time, let other else { return time ?? other }
            return max(time, other)
        }
        var isInitializing = false
        for (index, container) in status.initContainerStatuses.enumerated() {
            restartCount += container.restartCount
            let ended = container.lastState.terminated?.finishedAt
            lastRestart = latest(lastRestart, ended)
            let isSidecar = sidecars.contains(container.name)
            if isSidecar {
                sidecarRestarts += container.restartCount
                lastSidecarRestart = latest(lastSidecarRestart, ended)
            }
            if let terminated = container.state.terminated, terminated.exitCode == 0 { continue }
            if isSidecar, container.started == true {
                if container.isReady { self.readyContainers += 1 }
                continue
            }
            if let terminated = container.state.terminated {
                self.reason = "Init:" + Self.reason(of: terminated)
            } else if let waiting = container.state.waiting, !waiting.reason.isEmpty,
                waiting.reason != "PodInitializing"
            {
                self.reason = "Init:" + waiting.reason
            } else {
                self.reason = "Init:\(index)/\(spec.initContainers.count)"
            }
            isInitializing = true
            break
        }
        if !isInitializing || pod.condition("Initialized")?.status == "True" {
            restartCount = sidecarRestarts
            lastRestart = lastSidecarRestart
            var (hasRunning, errorReason) = (false, "")
            for container in status.containerStatuses.reversed() {
                restartCount += container.restartCount
                lastRestart = latest(lastRestart, container.lastState.terminated?.finishedAt)
                if let waiting = container.state.waiting, !waiting.reason.isEmpty {
                    self.reason = waiting.reason
                } else if let terminated = container.state.terminated {
                    self.reason = Self.reason(of: terminated)
                    if terminated.exitCode != 0 { errorReason = self.reason }
                } else if container.isReady, container.state.running != nil {
                    hasRunning = true
                    self.readyContainers += 1
                }
            }
            if self.reason == "Completed" {
                if hasRunning {
                    self.reason = pod.hasReadyCondition ? "Running" : errorReason.isEmpty ? "NotReady" : errorReason
                } else if !errorReason.isEmpty {
                    self.reason = errorReason
                }
            }
        }
        if pod.metadata.isTerminating {
            if status.reason == "NodeLost" {
                self.reason = "Unknown"
            } else if !pod.isTerminal {
                self.reason = "Terminating"
            }
        }
        self.restarts = "\(restartCount)"
        if restartCount != 0, let lastRestart {
            self.restarts += " (\(HumanDuration.text(seconds: now - Double(lastRestart.seconds))) ago)"
        }
        let gates = spec.readinessGates?.array ?? []
        if !gates.isEmpty {
            let holding = gates.filter { pod.condition($0["conditionType"]?.string ?? "")?.status == "True" }
            self.readinessGates = "\(holding.count)/\(gates.count)"
        }
    }

    private static func reason(of terminated: ContainerStateTerminated) -> String {
        if !terminated.reason.isEmpty { return terminated.reason }
        if let signal = terminated.signal, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated.exitCode)"
    }
}
