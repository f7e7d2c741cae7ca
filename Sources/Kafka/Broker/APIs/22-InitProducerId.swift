// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 22 · InitProducerId
// Versions: 0–4
// Does: a producer id for idempotence, in blocks from ZooKeeper.
// Left out: transactional ids.

import KafkaCluster
import KafkaProtocol

extension API {
    static let initProducerId = API(
        InitProducerIdRequest.self,
        versions: 0...4,
        request: KafkaRequest.initProducerId,
        response: { if case .initProducerId(let response) = $0 { response } else { nil } }
    )
}
