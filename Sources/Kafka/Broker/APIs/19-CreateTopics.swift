// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 19 · CreateTopics
// Versions: 0–7
// Does: makes topics; only the controller does.
// Left out: policies.

import KafkaCluster
import KafkaProtocol

extension API {
    static let createTopics = API(
        CreateTopicsRequest.self,
        versions: 0...7,
        request: KafkaRequest.createTopics,
        response: { if case .createTopics(let response) = $0 { response } else { nil } }
    )
}
