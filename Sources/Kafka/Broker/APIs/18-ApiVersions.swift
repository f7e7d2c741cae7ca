// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 18 · ApiVersions
// Versions: 0–3
// Does: the kinds and versions of requests in this table.
// Left out: features.

import KafkaCluster
import KafkaProtocol

extension API {
    static let apiVersions = API(
        ApiVersionsRequest.self,
        versions: 0...3,
        request: KafkaRequest.apiVersions,
        response: { if case .apiVersions(let response) = $0 { response } else { nil } }
    )
}
