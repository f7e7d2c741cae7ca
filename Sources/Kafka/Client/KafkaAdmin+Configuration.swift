// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

extension KafkaAdmin {
    /// The settings that a topic has of its own, by name; what it has from the brokers is not among them.
    public func configuration(ofTopic name: String) async throws -> [String: String] {
        try await self.perform("describe topic \(name)") { client, options, queue in
            var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)
            defer { rd_kafka_ConfigResource_destroy(resource) }
            rd_kafka_DescribeConfigs(client, &resource, 1, options, queue)
        } result: { event in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event)
            guard let resource = rd_kafka_DescribeConfigs_result_resources(result, &count)?.pointee, count == 1 else {
                throw KafkaError(code: .fatal, message: "no settings of topic \(name) in the answer")
            }
            let code = rd_kafka_ConfigResource_error(resource)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let text = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) } ?? ""
                throw KafkaError(code, "settings of topic \(name): \(text)")
            }
            var settings: [String: String] = [:]
            var entries = 0
            let configs = rd_kafka_ConfigResource_configs(resource, &entries)
            for index in 0..<entries {
                guard let entry = configs?[index], let key = rd_kafka_ConfigEntry_name(entry),
                    rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
                else { continue }
                settings[String(cString: key)] = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) } ?? ""
            }
            return settings
        }
    }
}
