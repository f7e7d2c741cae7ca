// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 3 · Metadata
// Versions: 0–11
// Does: brokers, controller, topics and their leaders; makes topics that do not exist.
// Left out: topic ids; authorized operations.

import KafkaCluster
import KafkaProtocol

extension API {
    static let metadata = API(
        MetadataRequest.self,
        versions: 0...11,
        request: KafkaRequest.metadata,
        response: { if case .metadata(let response) = $0 { response } else { nil } }
    )
}
