// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

extension Array where Element == TopicPartition {
    /// Copies librdkafka's list; offsets that stand for "none" or a logical position become nil.
    init(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>?) {
        self = []
        guard let list = list?.pointee, let elements = list.elems else { return }
        for index in 0..<Int(list.cnt) {
            let element = elements[index]
            self.append(
                TopicPartition(
                    String(cString: element.topic),
                    element.partition,
                    offset: element.offset < 0 ? nil : element.offset
                )
            )
        }
    }

    /// Lends librdkafka's form of this list for the time of a call.
    func withList<Value>(
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) throws(KafkaError) -> Value
    ) throws(KafkaError) -> Value {
        guard let list = rd_kafka_topic_partition_list_new(Int32(self.count)) else {
            throw KafkaError(code: .fatal, message: "no memory for a list of partitions")
        }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for element in self {
            let added = rd_kafka_topic_partition_list_add(list, element.topic, element.partition)
            added?.pointee.offset = element.offset ?? Int64(RD_KAFKA_OFFSET_INVALID)
        }
        return try body(list)
    }
}
