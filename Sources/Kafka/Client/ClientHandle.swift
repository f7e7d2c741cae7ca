// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import NameResolution
import Synchronization

/// A librdkafka client and its lifetime: calls may come from any thread until it is closed, and none after.
final class ClientHandle: Sendable {
    /// `@unchecked Sendable`: librdkafka's handle may be used from any thread; `state` guards its lifetime.
    struct Pointers: @unchecked Sendable {
        var client: OpaquePointer
        var topics: [String: OpaquePointer] = [:]
    }

    /// What the client does before anything else touches its handle: callbacks set on the configuration.
    typealias Prepare = (OpaquePointer) -> Void

    let state: Mutex<Pointers?>
    private let context: Unmanaged<ClientContext>

    init(
        _ kind: rd_kafka_type_t,
        _ configuration: ClientConfiguration,
        settings: [String: String],
        context: ClientContext,
        prepare: Prepare = { _ in }
    ) throws(KafkaError) {
        let conf = rd_kafka_conf_new()
        let all = configuration.settings.merging(settings) { $1 }.merging(configuration.overrides) { $1 }
        var buffer = [CChar](repeating: 0, count: 512)
        func text() -> String {
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            guard rd_kafka_conf_set(conf, name, value, &buffer, buffer.count) == RD_KAFKA_CONF_OK else {
                rd_kafka_conf_destroy(conf)
                throw KafkaError(code: .invalidArgument, message: "setting \(name)=\(value): \(text())")
            }
        }
        self.context = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(conf, self.context.toOpaque())
        rd_kafka_conf_set_resolve_cb(conf, ClientContext.resolve)
        if let conf { prepare(conf) }
        guard let client = rd_kafka_new(kind, conf, &buffer, buffer.count) else {
            rd_kafka_conf_destroy(conf)
            self.context.release()
            throw KafkaError(code: .invalidArgument, message: "cannot make a client: \(text())")
        }
        self.state = Mutex(Pointers(client: client))
        rd_kafka_set_log_queue(client, nil)  // to the main queue, which the poll thread serves
    }

    /// Lends the handle for a call that does not block.
    func withClient<Value>(_ body: (OpaquePointer) throws(KafkaError) -> Value) throws(KafkaError) -> Value {
        try self.state.withLock { (pointers) throws(KafkaError) -> Value in
            guard let client = pointers?.client else { throw KafkaError(code: .destroyed) }
            return try body(client)
        }
    }

    /// The handle, for the poll thread alone, which is also the one that closes it.
    var pollHandle: Pointers? { self.state.withLock { $0 } }

    /// librdkafka's topic handle, made at its first use.
    func topic(_ name: String) throws(KafkaError) -> OpaquePointer {
        try self.state.withLock { (pointers) throws(KafkaError) -> OpaquePointer in
            guard let client = pointers?.client else { throw KafkaError(code: .destroyed) }
            if let topic = pointers?.topics[name] { return topic }
            guard let topic = rd_kafka_topic_new(client, name, nil) else {
                throw KafkaError(rd_kafka_last_error(), "topic \(name)")
            }
            pointers?.topics[name] = topic
            return topic
        }
    }

    /// Ends the client. Blocks; to be called by the poll thread, once.
    func destroy() {
        guard let pointers = self.state.withLock({ $0.take() }) else { return }
        pointers.topics.values.forEach { rd_kafka_topic_destroy($0) }
        rd_kafka_destroy(pointers.client)
        self.context.release()
    }
}
