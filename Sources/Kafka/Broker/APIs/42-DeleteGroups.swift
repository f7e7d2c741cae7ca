// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 42 · DeleteGroups
// Versions: 0–2
// Does: deletes groups without members.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let deleteGroups = API(
        DeleteGroupsRequest.self,
        versions: 0...2,
        request: KafkaRequest.deleteGroups,
        response: { if case .deleteGroups(let response) = $0 { response } else { nil } }
    )
}
