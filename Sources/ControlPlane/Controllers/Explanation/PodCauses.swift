// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// Why a pod is not Ready, as its status tells.
struct PodCauses {
    let pod: PodState
    let now: WallTime

    /// A sentence a cause, the pod first.
    var sentences: [String] {
        var sentences = [self.head]
        if let scheduled = self.pod.object.condition("PodScheduled"), scheduled["status"] == "False" {
            sentences.append("no node takes it: \(scheduled["message"]?.string ?? "")")
        }
        if let disrupted = self.pod.object.condition("DisruptionTarget"), disrupted["status"] == "True" {
            sentences.append("it was told to go: \(disrupted["message"]?.string ?? disrupted["reason"]?.string ?? "")")
        }
        let status = self.pod.object["status"]
        for field in ["initContainerStatuses", "containerStatuses"] {
            for container in status?[field]?.array ?? [] where container["ready"] != true {
                if let sentence = Self.sentence(about: container) { sentences.append(sentence) }
            }
        }
        return sentences
    }

    private var head: String {
        let node = self.pod.object["spec", "nodeName"]?.string
        var facts = [self.pod.revision.isEmpty ? nil : "revision \(self.pod.revision)", node.map { "on \($0)" }]
        facts.append(self.pod.phase.isEmpty ? nil : self.pod.phase)
        let known = facts.compactMap(\.self).joined(separator: ", ")
        let ready = self.pod.object.condition("Ready")
        var state = "has not said whether it is Ready"
        if self.pod.isTerminating {
            let until = self.pod.object["metadata", "deletionTimestamp"]?.string ?? ""
            state = "is being deleted and has until \(until)"
        } else if self.pod.isReady {
            state = "is Ready\(self.age)"
        } else if let ready {
            let message = ready["message"]?.string ?? ready["reason"]?.string ?? "no reason given"
            state = "is not Ready\(self.age): \(message)"
        }
        return "pod \(self.pod.name) (\(known)) \(state)"
    }

    private var age: String {
        guard let since = self.pod.readyTransition else { return "" }
        return " for \((self.now - since).components.seconds)s"
    }

    private static func sentence(about container: JSONValue) -> String? {
        let name = container["name"]?.string ?? ""
        let restarts = container["restartCount"]?.integer ?? 0
        let often = restarts > 0 ? ", restarted \(restarts) times" : ""
        let state = container["state"]
        if let waiting = state?["waiting"] {
            let message = waiting["message"]?.string.map { ": \($0)" } ?? ""
            return "container \(name) waits: \(waiting["reason"]?.string ?? "unknown")\(message)\(often)"
        }
        if let ended = state?["terminated"] {
            let code = ended["exitCode"]?.integer ?? 0
            return "container \(name) ended: \(ended["reason"]?.string ?? "unknown"), exit code \(code)\(often)"
        }
        return state?["running"] == nil ? nil : "container \(name) runs, its readiness probe does not pass\(often)"
    }
}
