// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the checks need to know of a pod, read off its object.
struct PodFacts: Hashable, Sendable {
    var namespace: String
    var name: String
    var uid: String
    var labels: [String: String]
    var owner: String?
    var isReady: Bool
    var isTerminating: Bool
    var address: String?

    init(_ object: JSONValue) {
        let metadata = object["metadata"] ?? .emptyObject
        self.namespace = metadata["namespace"]?.string ?? ""
        self.name = metadata["name"]?.string ?? ""
        self.uid = metadata["uid"]?.string ?? ""
        self.labels = [:]
        for (key, value) in metadata["labels"]?.object ?? [:] {
            self.labels[key] = value.string
        }
        let owners = metadata["ownerReferences"]?.array ?? []
        self.owner = owners.first { $0["controller"]?.bool == true }?["uid"]?.string
        let conditions = object["status", "conditions"]?.array ?? []
        self.isReady = conditions.contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
        self.isTerminating = metadata["deletionTimestamp"] != nil
        self.address = object["status", "podIP"]?.string
    }

    /// Healthy as a disruption budget counts: ready, and not on its way out.
    var isHealthy: Bool { self.isReady && !self.isTerminating }
}
