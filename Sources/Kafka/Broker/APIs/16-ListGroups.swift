// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 16 · ListGroups
// Versions: 0–4
// Does: the groups coordinated here.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let listGroups = API(
        ListGroupsRequest.self,
        versions: 0...4,
        request: KafkaRequest.listGroups,
        response: { if case .listGroups(let response) = $0 { response } else { nil } }
    )
}
