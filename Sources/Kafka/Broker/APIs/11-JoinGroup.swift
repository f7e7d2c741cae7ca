// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 11 · JoinGroup
// Versions: 0–7
// Does: joins a group's next generation.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let joinGroup = API(
        JoinGroupRequest.self,
        versions: 0...7,
        request: KafkaRequest.joinGroup,
        response: { if case .joinGroup(let response) = $0 { response } else { nil } }
    )
}
