// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// The counts of a DaemonSet's status, each node's by the pod that counts there.
struct DaemonSetStatus: Hashable, Sendable {
    var desired = 0
    var current = 0
    var misscheduled = 0
    var ready = 0
    var updated = 0
    var available = 0

    init(nodes: [DaemonNode], isUpdated: (PodState) -> Bool, isAvailable: (PodState) -> Bool) {
        for node in nodes {
            guard node.shouldRun else {
                if !node.pods.isEmpty { self.misscheduled += 1 }
                continue
            }
            self.desired += 1
            guard let pod = node.pods.first else { continue }
            self.current += 1
            if pod.isReady { self.ready += 1 }
            if pod.isReady, isAvailable(pod) { self.available += 1 }
            if isUpdated(pod) { self.updated += 1 }
        }
    }

    /// The status as the API has it: some counts are left out when they are zero.
    func json(of set: DaemonSetState, collisionCount: Int64?) -> JSONValue {
        var json = set.status
        json["observedGeneration"] = .integer(set.generation)
        json["collisionCount"] = collisionCount.map(JSONValue.integer)
        for (field, count) in [
            ("desiredNumberScheduled", self.desired), ("currentNumberScheduled", self.current),
            ("numberMisscheduled", self.misscheduled), ("numberReady", self.ready),
        ] {
            json[field] = .integer(Int64(count))
        }
        for (field, count) in [
            ("updatedNumberScheduled", self.updated), ("numberAvailable", self.available),
            ("numberUnavailable", self.desired - self.available),
        ] {
            json[field] = .integer(Int64(count))
            if count == 0 { json[field] = nil }
        }
        return json
    }
}
