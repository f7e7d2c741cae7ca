// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 6 · UpdateMetadata
// Versions: 7–7
// Does: the controller's word on what clients are told.
// Left out: racks, several listeners.

import KafkaCluster
import KafkaProtocol

extension API {
    static let updateMetadata = API(
        UpdateMetadataRequest.self,
        versions: 7...7,
        request: KafkaRequest.updateMetadata,
        response: { if case .updateMetadata(let response) = $0 { response } else { nil } }
    )
}
