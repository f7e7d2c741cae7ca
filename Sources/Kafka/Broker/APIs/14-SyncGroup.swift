// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 14 · SyncGroup
// Versions: 0–5
// Does: hands out a generation's assignment.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let syncGroup = API(
        SyncGroupRequest.self,
        versions: 0...5,
        request: KafkaRequest.syncGroup,
        response: { if case .syncGroup(let response) = $0 { response } else { nil } }
    )
}
