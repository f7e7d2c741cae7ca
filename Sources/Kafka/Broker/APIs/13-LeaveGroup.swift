// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 13 · LeaveGroup
// Versions: 0–4
// Does: leaves a group.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let leaveGroup = API(
        LeaveGroupRequest.self,
        versions: 0...4,
        request: KafkaRequest.leaveGroup,
        response: { if case .leaveGroup(let response) = $0 { response } else { nil } }
    )
}
