// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 20 · DeleteTopics
// Versions: 0–6
// Does: marks topics for deletion; only the controller does.
// Left out: topic ids.

import KafkaCluster
import KafkaProtocol

extension API {
    static let deleteTopics = API(
        DeleteTopicsRequest.self,
        versions: 0...6,
        request: KafkaRequest.deleteTopics,
        response: { if case .deleteTopics(let response) = $0 { response } else { nil } }
    )
}
