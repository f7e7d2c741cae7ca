// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 10 · FindCoordinator
// Versions: 0–3
// Does: the broker that coordinates a group; makes the offsets topic.
// Left out: transaction coordinators.

import KafkaCluster
import KafkaProtocol

extension API {
    static let findCoordinator = API(
        FindCoordinatorRequest.self,
        versions: 0...3,
        request: KafkaRequest.findCoordinator,
        response: { if case .findCoordinator(let response) = $0 { response } else { nil } }
    )
}
