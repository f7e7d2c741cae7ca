// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 37 · CreatePartitions
// Versions: 0–3
// Does: adds partitions to topics; only the controller does.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let createPartitions = API(
        CreatePartitionsRequest.self,
        versions: 0...3,
        request: KafkaRequest.createPartitions,
        response: { if case .createPartitions(let response) = $0 { response } else { nil } }
    )
}
