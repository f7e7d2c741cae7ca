// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// librdkafka's own mock brokers, for tests of what uses the clients: real sockets on loopback, no files.
///
/// `@unchecked Sendable`: the library guards its handles.
package final class MockCluster: @unchecked Sendable {
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    /// Starts that many brokers.
    package init(brokers: Int = 3) throws(KafkaError) {
        var text = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), &text, text.count),
            let cluster = rd_kafka_mock_cluster_new(client, Int32(brokers))
        else { throw KafkaError(code: .fatal, message: "no mock cluster") }
        self.client = client
        self.cluster = cluster
    }

    deinit {
        rd_kafka_mock_cluster_destroy(self.cluster)
        rd_kafka_destroy(self.client)
    }

    /// Where the brokers listen.
    package var bootstrapServers: String {
        rd_kafka_mock_cluster_bootstraps(self.cluster).map { String(cString: $0) } ?? ""
    }

    /// Creates a topic.
    package func createTopic(_ name: String, partitions: Int, replicationFactor: Int = 3) {
        rd_kafka_mock_topic_create(self.cluster, name, Int32(partitions), Int32(replicationFactor))
    }

    /// Answers the next produce requests with these errors (Kafka's codes).
    package func failProduce(with codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t($0) }
        errors.withUnsafeBufferPointer {
            rd_kafka_mock_push_request_errors_array(self.cluster, 0, $0.count, $0.baseAddress)
        }
    }

    /// Gives a partition another leader.
    package func setLeader(of topic: String, _ partition: Int32, to broker: Int32) {
        rd_kafka_mock_partition_set_leader(self.cluster, topic, partition, broker)
    }
}
