// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 15 · DescribeGroups
// Versions: 0–5
// Does: a group's state and members.
// Left out: authorized operations.

import KafkaCluster
import KafkaProtocol

extension API {
    static let describeGroups = API(
        DescribeGroupsRequest.self,
        versions: 0...5,
        request: KafkaRequest.describeGroups,
        response: { if case .describeGroups(let response) = $0 { response } else { nil } }
    )
}
