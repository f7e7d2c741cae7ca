// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 7 · ControlledShutdown
// Versions: 3–3
// Does: a broker asks the controller to move its leaderships away.
// Left out: -

import KafkaCluster
import KafkaProtocol

extension API {
    static let controlledShutdown = API(
        ControlledShutdownRequest.self,
        versions: 3...3,
        request: KafkaRequest.controlledShutdown,
        response: { if case .controlledShutdown(let response) = $0 { response } else { nil } }
    )
}
