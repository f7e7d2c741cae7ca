// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// A Deployment's counts and conditions.
struct DeploymentStatus {
    private let deployment: DeploymentState
    private let new: DeploymentReplicas?
    private let all: [DeploymentReplicas]
    private let collisionCount: Int64?
    private let now: WallTime
    private var counts: [String: Int] = [:]

    init(
        deployment: DeploymentState,
        new: DeploymentReplicas?,
        all: [DeploymentReplicas],
        collisionCount: Int64?,
        now: WallTime
    ) {
        self.deployment = deployment
        self.new = new
        self.all = all
        self.collisionCount = collisionCount
        self.now = now
        for field in ["replicas", "readyReplicas", "availableReplicas", "terminatingReplicas"] {
            self.counts[field] = all.map { $0.count(field) }.reduce(0, +)
        }
        self.counts["updatedReplicas"] = new?.count("replicas") ?? 0
        let wanted = all.map(\.observedReplicas).reduce(0, +)
        self.counts["unavailableReplicas"] = max(0, wanted - (self.counts["availableReplicas"] ?? 0))
    }

    private func count(_ field: String) -> Int { self.counts[field] ?? 0 }
    private func known(_ field: String) -> Int { Int(clamping: self.deployment.status[field]?.integer ?? 0) }

    /// Whether all wanted pods are new and available, and no other is left.
    var isComplete: Bool {
        ["updatedReplicas", "replicas", "availableReplicas"].allSatisfy {
            self.count($0) == self.deployment.replicas
        }
    }

    private var isProgressing: Bool {
        self.count("updatedReplicas") > self.known("updatedReplicas")
            || self.count("replicas") - self.count("updatedReplicas")
                < self.known("replicas") - self.known("updatedReplicas")
            || self.count("readyReplicas") > self.known("readyReplicas")
            || self.count("availableReplicas") > self.known("availableReplicas")
    }

    /// The merge patch of the status, if it says anything new.
    var writes: [ControllerAction] {
        var status = self.deployment.status
        status["observedGeneration"] = self.deployment.object["metadata", "generation"]
        status["collisionCount"] = self.collisionCount.map(JSONValue.integer)
        for (field, count) in self.counts {
            status[field] = .integer(Int64(count))
            if count == 0, field != "terminatingReplicas" { status[field] = nil }
        }
        status["conditions"] = .list(self.conditions)
        guard status != self.deployment.status else { return [] }
        // A merge patch needs a null for what is gone.
        var patch = status
        for key in self.deployment.status.object?.keys ?? [] where status[key] == nil { patch[key] = .null }
        return [
            ControllerAction(
                .mergePatch(subresource: "status"),
                .deployments,
                self.deployment.key,
                body: ["status": patch]
            )
        ]
    }

    /// When the deadline of progress has to be looked at.
    var lookAgain: Duration? {
        guard let deadline = self.deployment.progressDeadline, !self.isComplete, !self.deployment.isPaused,
            let since = self.progressing?["lastUpdateTime"]?.string.flatMap(WallTime.init(rfc3339:))
        else { return nil }
        let left = since + deadline - self.now
        return left > .zero ? left + .seconds(1) : nil
    }

    var waiting: WaitingReason? {
        guard !self.isComplete, let new else { return nil }
        return WaitingReason(
            .notAvailable,
            new.name,
            detail: "\(self.count("availableReplicas")) of \(self.deployment.replicas) pods are available"
        )
    }

    // MARK: - Conditions

    private var progressing: JSONValue? { self.deployment.object.condition("Progressing") }

    private var conditions: [JSONValue] {
        var conditions = (self.deployment.status["conditions"]?.array ?? []).filter {
            $0["type"] != "Available" && $0["type"] != "Progressing"
        }
        let isAvailable =
            self.count("availableReplicas") >= self.deployment.replicas - self.deployment.maxUnavailable
        let available = self.condition(
            "Available",
            isAvailable ? "True" : "False",
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            "Deployment \(isAvailable ? "has" : "does not have") minimum availability."
        )
        conditions.append(available)
        if let progress = self.progress { conditions.append(progress) }
        return conditions
    }

    /// The condition Progressing as it is from now on; nil without a deadline.
    private var progress: JSONValue? {
        guard self.deployment.progressDeadline != nil else { return nil }
        let reason = self.progressing?["reason"]?.string
        if self.deployment.isPaused {
            if reason == "DeploymentPaused" { return self.progressing }
            return self.condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused")
        }
        if reason == "DeploymentPaused" {
            return self.condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed")
        }
        guard let new else { return self.progressing }
        if new.isNew {
            let message = "Created new replica set \"\(new.name)\""
            return self.condition("Progressing", "True", "NewReplicaSetCreated", message)
        }
        let wasComplete =
            self.count("replicas") == self.count("updatedReplicas") && reason == "NewReplicaSetAvailable"
        if wasComplete, self.progressing?["message"]?.string?.contains("\"\(new.name)\"") == true {
            return self.progressing
        }
        if self.isComplete {
            let message = "ReplicaSet \"\(new.name)\" has successfully progressed."
            return self.condition("Progressing", "True", "NewReplicaSetAvailable", message)
        }
        if self.isProgressing || self.progressing == nil || reason == "NewReplicaSetAvailable" {
            let message = "ReplicaSet \"\(new.name)\" is progressing."
            return self.condition("Progressing", "True", "ReplicaSetUpdated", message)
        }
        if self.isTimedOut {
            let message = "ReplicaSet \"\(new.name)\" has timed out progressing."
            return self.condition("Progressing", "False", "ProgressDeadlineExceeded", message)
        }
        return self.progressing
    }

    private var isTimedOut: Bool {
        guard let deadline = self.deployment.progressDeadline, self.progressing?["status"] != "False",
            let since = self.progressing?["lastUpdateTime"]?.string.flatMap(WallTime.init(rfc3339:))
        else { return false }
        return since + deadline <= self.now
    }

    private func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
        let old = self.deployment.object.condition(type)
        if old?["status"]?.string == status, old?["reason"]?.string == reason, old?["message"]?.string == message,
            let old, reason != "ReplicaSetUpdated" || !self.isProgressing
        {
            return old
        }
        let now = JSONValue.string(self.now.rfc3339)
        let isSame = old?["status"]?.string == status
        return [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
            "lastUpdateTime": now, "lastTransitionTime": isSame ? old?["lastTransitionTime"] ?? now : now,
        ]
    }
}
