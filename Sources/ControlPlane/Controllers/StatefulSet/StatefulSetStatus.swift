// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The counts and revisions of a StatefulSet's status.
struct StatefulSetStatus: Hashable, Sendable {
    var observedGeneration: Int64
    var replicas = 0
    var readyReplicas = 0
    var availableReplicas = 0
    var currentReplicas = 0
    var updatedReplicas = 0
    var currentRevision: String
    var updateRevision: String
    var collisionCount: Int64

    init(set: StatefulSetState, revisions: RevisionPlan, pods: some Sequence<PodState>, now: WallTime) {
        self.observedGeneration = set.generation
        self.currentRevision = revisions.current.name
        self.updateRevision = revisions.update.name
        self.collisionCount = revisions.collisionCount
        for pod in pods where pod.isCreated {
            self.replicas += 1
            if pod.isRunningAndReady {
                self.readyReplicas += 1
                if pod.isAvailable(minReadySeconds: set.minReadySeconds, now: now) { self.availableReplicas += 1 }
            }
            guard !pod.isTerminating else { continue }
            if pod.revision == self.currentRevision { self.currentReplicas += 1 }
            if pod.revision == self.updateRevision { self.updatedReplicas += 1 }
        }
    }

    /// Once every pod is Ready at the wanted revision, that revision is the current one.
    mutating func completeRollingUpdate(of set: StatefulSetState) {
        guard !set.strategy.isOnDelete, self.updatedReplicas == self.replicas, self.readyReplicas == self.replicas,
            self.replicas == set.replicas
        else { return }
        self.currentReplicas = self.updatedReplicas
        self.currentRevision = self.updateRevision
    }

    /// Whether the set's status does not say so yet. (collisionCount alone is no reason to write.)
    func differs(from status: JSONValue) -> Bool {
        func count(_ field: String) -> Int64 { status[field]?.integer ?? 0 }
        return self.observedGeneration > count("observedGeneration")
            || self.replicas != count("replicas")
            || self.readyReplicas != count("readyReplicas")
            || self.availableReplicas != count("availableReplicas")
            || self.currentReplicas != count("currentReplicas")
            || self.updatedReplicas != count("updatedReplicas")
            || self.currentRevision != status["currentRevision"]?.string ?? ""
            || self.updateRevision != status["updateRevision"]?.string ?? ""
    }

    /// As the API has it: a count of zero is left out but for replicas and availableReplicas.
    var json: JSONValue {
        var json: JSONValue = [
            "observedGeneration": .integer(self.observedGeneration),
            "replicas": .integer(Int64(self.replicas)),
            "availableReplicas": .integer(Int64(self.availableReplicas)),
            "currentRevision": .string(self.currentRevision),
            "updateRevision": .string(self.updateRevision),
            "collisionCount": .integer(self.collisionCount),
        ]
        for (field, count) in [
            ("readyReplicas", self.readyReplicas), ("currentReplicas", self.currentReplicas),
            ("updatedReplicas", self.updatedReplicas),
        ] where count > 0 {
            json[field] = .integer(Int64(count))
        }
        return json
    }
}
