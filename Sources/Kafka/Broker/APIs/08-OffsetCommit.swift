// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 8 · OffsetCommit
// Versions: 0–8
// Does: stores a group's offsets.
// Left out: retention times of single offsets.

import KafkaCluster
import KafkaProtocol

extension API {
    static let offsetCommit = API(
        OffsetCommitRequest.self,
        versions: 0...8,
        request: KafkaRequest.offsetCommit,
        response: { if case .offsetCommit(let response) = $0 { response } else { nil } }
    )
}
