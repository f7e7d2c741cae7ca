// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 56 · AlterPartition
// Versions: 0–0
// Does: a leader asks the controller to change an in-sync set.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let alterPartition = API(
        AlterPartitionRequest.self,
        versions: 0...0,
        request: KafkaRequest.alterPartition,
        response: { if case .alterPartition(let response) = $0 { response } else { nil } }
    )
}
