// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 12 · Heartbeat
// Versions: 0–4
// Does: keeps a member in its group.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let heartbeat = API(
        HeartbeatRequest.self,
        versions: 0...4,
        request: KafkaRequest.heartbeat,
        response: { if case .heartbeat(let response) = $0 { response } else { nil } }
    )
}
