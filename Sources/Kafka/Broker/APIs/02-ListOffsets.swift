// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 2 · ListOffsets
// Versions: 0–6
// Does: the first, the last or the offset at a time, of partitions led here.
// Left out: isolation levels make no difference without transactions.

import KafkaCluster
import KafkaProtocol

extension API {
    static let listOffsets = API(
        ListOffsetsRequest.self,
        versions: 0...6,
        request: KafkaRequest.listOffsets,
        response: { if case .listOffsets(let response) = $0 { response } else { nil } }
    )
}
