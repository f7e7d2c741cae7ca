// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka

/// Administration of a Kafka cluster. Its calls run on threads of their own; ``close()`` must be called.
public final class KafkaAdmin: Sendable {
    private let producer: KafkaProducer
    private let limitMs: Int32

    /// Makes an administrative client; it connects with its first call.
    ///
    /// - Parameters:
    ///   - configuration: Brokers, names, logs.
    ///   - limit: How long a call may take.
    public init(_ configuration: ClientConfiguration, limit: Duration = .seconds(30)) throws(KafkaError) {
        var producer = KafkaProducer.Configuration(client: configuration)
        producer.isIdempotent = false  // which would ask for a producer id
        self.producer = try KafkaProducer(producer)
        self.limitMs = Int32(clamping: Int64(limit / .milliseconds(1)))
    }

    /// Ends the client.
    public func close() async {
        await self.producer.close(flushingFor: .zero)
    }

    /// What a broker says about the cluster: of all topics, or of these.
    public func metadata(topics: [String]? = nil) async throws -> ClusterMetadata {
        try await self.run("metadata") { client, limitMs in
            var handles: [OpaquePointer] = []
            defer { handles.forEach { rd_kafka_topic_destroy($0) } }
            var result: ClusterMetadata?
            func ask(_ handle: OpaquePointer?, all: Bool) throws(KafkaError) {
                var metadata: UnsafePointer<rd_kafka_metadata>?
                let code = rd_kafka_metadata(client, all ? 1 : 0, handle, &metadata, limitMs)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw KafkaError(code, "metadata") }
                defer { rd_kafka_metadata_destroy(metadata) }
                let controller = rd_kafka_controllerid(client, limitMs)
                let answer = ClusterMetadata(metadata.pointee, controller: controller < 0 ? nil : controller)
                if result == nil { result = answer } else { result?.topics += answer.topics }
            }
            for name in topics ?? [] {
                guard let handle = rd_kafka_topic_new(client, name, nil) else {
                    throw KafkaError(rd_kafka_last_error(), "topic \(name)")
                }
                handles.append(handle)
                try ask(handle, all: false)
            }
            if result == nil { try ask(nil, all: topics == nil) }
            guard let result else { throw KafkaError(code: .fatal) }
            return result
        }
    }

    /// A partition's first offset and the one after its last.
    public func watermarks(of topic: String, _ partition: Int32) async throws -> (low: Int64, high: Int64) {
        try await self.run("watermarks") { client, limitMs in
            var (low, high): (Int64, Int64) = (0, 0)
            let code = rd_kafka_query_watermark_offsets(client, topic, partition, &low, &high, limitMs)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, "offsets of \(topic)-\(partition)") }
            return (low, high)
        }
    }

    /// Creates a topic.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - partitions: How many partitions; -1: as the brokers are configured.
    ///   - replicationFactor: How many copies; -1: as the brokers are configured.
    ///   - configuration: Its settings, such as `min.insync.replicas`.
    public func createTopic(
        _ name: String,
        partitions: Int,
        replicationFactor: Int,
        configuration: [String: String] = [:]
    ) async throws {
        try await self.perform("create topic \(name)") { client, options, queue in
            var text = [CChar](repeating: 0, count: 512)
            var topic = rd_kafka_NewTopic_new(name, Int32(partitions), Int32(replicationFactor), &text, text.count)
            guard topic != nil else {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                throw KafkaError(code: .invalidArgument, message: String(decoding: bytes, as: UTF8.self))
            }
            defer { rd_kafka_NewTopic_destroy(topic) }
            for (key, value) in configuration.sorted(by: { $0.key < $1.key }) {
                rd_kafka_NewTopic_set_config(topic, key, value)
            }
            rd_kafka_CreateTopics(client, &topic, 1, options, queue)
        } result: { event in
            var count = 0
            let topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            try Self.check(topics, count)
        }
    }

    /// Deletes a topic.
    public func deleteTopic(_ name: String) async throws {
        try await self.perform("delete topic \(name)") { client, options, queue in
            var topic = rd_kafka_DeleteTopic_new(name)
            defer { rd_kafka_DeleteTopic_destroy(topic) }
            rd_kafka_DeleteTopics(client, &topic, 1, options, queue)
        } result: { event in
            var count = 0
            let topics = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            try Self.check(topics, count)
        }
    }

    /// Adds partitions to a topic, up to this many in all.
    public func createPartitions(of name: String, total: Int) async throws {
        try await self.perform("add partitions to \(name)") { client, options, queue in
            var text = [CChar](repeating: 0, count: 512)
            var request = rd_kafka_NewPartitions_new(name, total, &text, text.count)
            guard request != nil else {
                throw KafkaError(code: .invalidArgument, message: "\(total) partitions of \(name)")
            }
            defer { rd_kafka_NewPartitions_destroy(request) }
            rd_kafka_CreatePartitions(client, &request, 1, options, queue)
        } result: { event in
            var count = 0
            let topics = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count)
            try Self.check(topics, count)
        }
    }

    // MARK: - Calls

    private static func check(_ topics: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int) throws(KafkaError) {
        guard let topics else { return }
        for index in 0..<count {
            let code = rd_kafka_topic_result_error(topics[index])
            guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let name = rd_kafka_topic_result_name(topics[index]).map { String(cString: $0) } ?? ""
            let text = rd_kafka_topic_result_error_string(topics[index]).map { String(cString: $0) } ?? ""
            throw KafkaError(code, "\(name): \(text)")
        }
    }

    /// Runs a blocking call on a thread of its own. The client stays open meanwhile: `close` waits for nobody, so a caller
    /// must not close while its own calls run.
    func run<Value: Sendable>(
        _ what: String,
        _ body: @escaping @Sendable (OpaquePointer, Int32) throws -> Value
    ) async throws -> Value {
        let (producer, limitMs) = (self.producer, self.limitMs)
        return try await DedicatedThread.run("kafka-\(what)") {
            guard let client = producer.handle.pollHandle?.client else { throw KafkaError(code: .destroyed) }
            return try body(client, limitMs)
        }
    }

    /// Runs an administrative request: `request` sends it, `result` reads its event. While the cluster has no controller,
    /// or another than librdkafka believes, it is sent again, which is safe: nobody has acted on it.
    func perform<Value: Sendable>(
        _ what: String,
        request: @escaping @Sendable (OpaquePointer, OpaquePointer?, OpaquePointer?) throws -> Void,
        result: @escaping @Sendable (OpaquePointer) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + .milliseconds(self.limitMs)
        while true {
            do {
                return try await self.performOnce(what, request: request, result: result)
            } catch let error as KafkaError where error.code == .notController && ContinuousClock.now < deadline {
                try await Task.sleep(for: Limits.controllerRetryAfter)
            }
        }
    }

    private func performOnce<Value: Sendable>(
        _ what: String,
        request: @escaping @Sendable (OpaquePointer, OpaquePointer?, OpaquePointer?) throws -> Void,
        result: @escaping @Sendable (OpaquePointer) throws -> Value
    ) async throws -> Value {
        try await self.run("admin") { client, limitMs in
            let queue = rd_kafka_queue_new(client)
            defer { rd_kafka_queue_destroy(queue) }
            let options = rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY)
            defer { rd_kafka_AdminOptions_destroy(options) }
            rd_kafka_AdminOptions_set_request_timeout(options, limitMs, nil, 0)
            try request(client, options, queue)
            guard let event = rd_kafka_queue_poll(queue, limitMs + 1000) else {
                throw KafkaError(code: .timedOut, message: "\(what): no answer in \(limitMs) ms")
            }
            defer { rd_kafka_event_destroy(event) }
            let code = rd_kafka_event_error(event)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
                throw KafkaError(code, "\(what): \(text)")
            }
            return try result(event)
        }
    }
}
