// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

// Key: 1 · Fetch
// Versions: 0–12
// Does: reads batches for consumers and followers; waits for bytes; followers learn where logs part.
// Left out: versions 0 to 3 carry message sets and are refused; fetch sessions are declined; rack awareness.

import KafkaCluster
import KafkaProtocol
import NIOCore

extension API {
    static let fetch = API(
        FetchRequest.self,
        versions: 0...12,
        request: KafkaRequest.fetch,
        response: { if case .fetch(let response) = $0 { response } else { nil } },
        oldestServed: 4,
        unsupported: { request in
            guard case .fetch(let request) = request else { return nil }
            var response = FetchResponse()
            response.responses = request.topics.map { topic in
                .init {
                    $0.topic = topic.topic
                    $0.partitions = topic.partitions.map { data in
                        .init {
                            $0.partitionIndex = data.partition
                            $0.errorCode = .unsupportedVersion
                            $0.highWatermark = -1
                            $0.records = .bytes(ByteBuffer())
                        }
                    }
                }
            }
            return .fetch(response)
        }
    )
}
