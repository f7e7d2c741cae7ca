// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 43 · ElectLeaders
// Versions: 0–2
// Does: elects preferred leaders; only the controller does.
// Left out: unclean elections on demand.

import KafkaCluster
import KafkaProtocol

extension API {
    static let electLeaders = API(
        ElectLeadersRequest.self,
        versions: 0...2,
        request: KafkaRequest.electLeaders,
        response: { if case .electLeaders(let response) = $0 { response } else { nil } }
    )
}
