// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 9 · OffsetFetch
// Versions: 0–7
// Does: a group's stored offsets.
// Left out: unstable offsets, since there are no transactions.

import KafkaCluster
import KafkaProtocol

extension API {
    static let offsetFetch = API(
        OffsetFetchRequest.self,
        versions: 0...7,
        request: KafkaRequest.offsetFetch,
        response: { if case .offsetFetch(let response) = $0 { response } else { nil } }
    )
}
