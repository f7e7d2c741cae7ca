// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 32 · DescribeConfigs
// Versions: 0–4
// Does: the settings of topics and of this broker.
// Left out: synonyms, documentation, loggers.

import KafkaCluster
import KafkaProtocol

extension API {
    static let describeConfigs = API(
        DescribeConfigsRequest.self,
        versions: 0...4,
        request: KafkaRequest.describeConfigs,
        response: { if case .describeConfigs(let response) = $0 { response } else { nil } }
    )
}
