// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 4 · LeaderAndIsr
// Versions: 5–5
// Does: the controller's word on who leads and who is in sync.
// Left out: reassignments.

import KafkaCluster
import KafkaProtocol

extension API {
    static let leaderAndIsr = API(
        LeaderAndIsrRequest.self,
        versions: 5...5,
        request: KafkaRequest.leaderAndIsr,
        response: { if case .leaderAndIsr(let response) = $0 { response } else { nil } }
    )
}
