// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 5 · StopReplica
// Versions: 3–3
// Does: the controller's word to give up replicas and delete their logs.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let stopReplica = API(
        StopReplicaRequest.self,
        versions: 3...3,
        request: KafkaRequest.stopReplica,
        response: { if case .stopReplica(let response) = $0 { response } else { nil } }
    )
}
