// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// How far a StatefulSet's rolling update has come, read off its object.
struct RolloutProgress: Hashable, Sendable {
    /// What a rollout waits for; the texts complete "waiting until …".
    enum Wait: Hashable, Sendable, CustomStringConvertible {
        case observed
        case updated(Int64, of: Int64)
        case available(Int64, of: Int64)
        case revision

        var description: String {
            switch self {
            case .observed: "the controller has seen the change"
            case .updated(let count, let total): "\(total) pods are updated (\(count) are)"
            case .available(let count, let total): "\(total) pods are available (\(count) are)"
            case .revision: "the controller has finished the revision"
            }
        }
    }

    /// Nil once the rollout is done.
    let wait: Wait?

    /// Judges a StatefulSet; MEASURES.md's T1, without the brokers' part.
    ///
    /// `observedGeneration` is looked at first: right after a patch the old counts are still there.
    /// - Parameter ofNewestRevision: whether pods have to be of the newest revision, or just to be there and available.
    init(of set: JSONValue, ofNewestRevision: Bool = true) {
        let status = set["status"] ?? .emptyObject
        let replicas = set["spec", "replicas"]?.integer ?? 1
        let partition = set["spec", "updateStrategy", "rollingUpdate", "partition"]?.integer ?? 0
        let toUpdate = max(0, replicas - partition)
        let updated = status["updatedReplicas"]?.integer ?? 0
        let available = status["availableReplicas"]?.integer ?? 0
        if (status["observedGeneration"]?.integer ?? 0) < (set["metadata", "generation"]?.integer ?? 1) {
            self.wait = .observed
        } else if ofNewestRevision, updated < toUpdate {
            self.wait = .updated(updated, of: toUpdate)
        } else if available < replicas || (status["replicas"]?.integer ?? 0) != replicas {
            self.wait = .available(available, of: replicas)
        } else if ofNewestRevision, partition == 0, set["spec", "updateStrategy", "type"]?.string != "OnDelete",
            status["currentRevision"] != status["updateRevision"]
        {
            // With OnDelete the controller never makes the newest revision the current one.
            self.wait = .revision
        } else {
            self.wait = nil
        }
    }
}
