// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 23 · OffsetForLeaderEpoch
// Versions: 0–4
// Does: where a leader epoch ends in a log.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let offsetForLeaderEpoch = API(
        OffsetForLeaderEpochRequest.self,
        versions: 0...4,
        request: KafkaRequest.offsetForLeaderEpoch,
        response: { if case .offsetForLeaderEpoch(let response) = $0 { response } else { nil } }
    )
}
