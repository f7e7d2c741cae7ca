// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 0 · Produce
// Versions: 0–9
// Does: appends batches to partitions led here; acks 0, 1 and all.
// Left out: versions 0 to 2 carry message sets and are refused; transactions.

import KafkaCluster
import KafkaProtocol

extension API {
    static let produce = API(
        ProduceRequest.self,
        versions: 0...9,
        request: KafkaRequest.produce,
        response: { if case .produce(let response) = $0 { response } else { nil } },
        oldestServed: 3,
        unsupported: { request in
            guard case .produce(let request) = request, request.acks != 0 else { return nil }
            var response = ProduceResponse()
            response.responses = request.topicData.map { topic in
                .init {
                    $0.name = topic.name
                    $0.partitionResponses = topic.partitionData.map { data in
                        .init {
                            $0.index = data.index
                            $0.errorCode = .unsupportedVersion
                            $0.baseOffset = -1
                        }
                    }
                }
            }
            return .produce(response)
        }
    )
}
