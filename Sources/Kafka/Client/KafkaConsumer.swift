// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import Synchronization

/// A consumer over librdkafka: a member of a group, or a reader of partitions it was told.
///
/// Messages and events come in order, on the consumer's own thread. What a callback calls on the consumer (commit above
/// all) happens in place. ``close()`` must be called.
public final class KafkaConsumer: Sendable {
    /// Where to begin when a group has committed nothing, or an offset is not in the log.
    public enum OffsetReset: String, Hashable, Sendable {
        case earliest, latest
        /// An error instead.
        case error
    }

    /// How to consume.
    public struct Configuration: Sendable {
        /// Brokers, names, logs.
        public var client: ClientConfiguration
        /// The group; a reader of told partitions needs one only to commit.
        public var groupID: String
        /// Where to begin without a committed offset.
        public var offsetReset = OffsetReset.earliest
        /// Whether librdkafka commits what was handed over by itself, every 5 s and at the end.
        public var commitsAutomatically = false
        /// After how long without a heartbeat the group gives the member up, in milliseconds.
        public var sessionTimeoutMs = 10_000
        /// Whether ``ConsumerEvent/partitionEnd(_:)`` is told.
        public var tellsPartitionEnd = false
        /// `range`, `roundrobin` or `cooperative-sticky`, in order of preference.
        public var assignmentStrategy = "range,roundrobin"

        /// A member of a group that commits nothing by itself.
        public init(client: ClientConfiguration, groupID: String) {
            self.client = client
            self.groupID = groupID
        }

        var settings: [String: String] {
            [
                "group.id": self.groupID,
                "auto.offset.reset": self.offsetReset.rawValue,
                "enable.auto.commit": String(self.commitsAutomatically),
                "session.timeout.ms": String(self.sessionTimeoutMs),
                "enable.partition.eof": String(self.tellsPartitionEnd),
                "partition.assignment.strategy": self.assignmentStrategy,
            ]
        }
    }

    private struct Closing {
        var isWanted = false
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let handle: ClientHandle
    private let closing = Mutex(Closing())
    private let onMessages: @Sendable ([ConsumedMessage]) -> Void
    private let onEvent: @Sendable (ConsumerEvent) -> Void
    /// Messages taken from librdkafka and not handed over yet. `nonisolated(unsafe)`: only the poll thread touches it, and
    /// librdkafka's rebalance callback, which runs inside that thread's poll.
    private nonisolated(unsafe) var batch: [ConsumedMessage] = []

    /// Makes a consumer and starts its thread. It reads nothing before `subscribe` or `assign`.
    ///
    /// - Parameters:
    ///   - configuration: How to consume.
    ///   - onMessages: Told the messages, in batches of any partitions, each partition's in offset order. No batch spans a
    ///     change of the assignment. Waiting here is back-pressure (up to `max.poll.interval.ms`, five minutes).
    ///   - onEvent: Told what else happens.
    /// - Throws: ``KafkaError`` when a setting is not valid.
    public init(
        _ configuration: Configuration,
        onMessages: @escaping @Sendable ([ConsumedMessage]) -> Void,
        onEvent: @escaping @Sendable (ConsumerEvent) -> Void = { _ in }
    ) throws(KafkaError) {
        self.onMessages = onMessages
        self.onEvent = onEvent
        let context = ConsumerContext(resolver: configuration.client.resolver)
        self.handle = try ClientHandle(
            RD_KAFKA_CONSUMER,
            configuration.client,
            settings: configuration.settings,
            context: context
        ) { conf in ConsumerContext.setCallbacks(conf) }
        context.consumer.withLock { $0 = self }
        try self.handle.withClient { (client) throws(KafkaError) in
            let code = rd_kafka_poll_set_consumer(client)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, "consumer queue") }
        }
        DedicatedThread.start("kafka-consumer") { [self] in
            self.poll()
            context.consumer.withLock { $0 = nil }
        }
    }

    // MARK: - What to read

    /// Joins the group for these topics (a name that begins with `^` is a pattern).
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        let list = topics.map { TopicPartition($0, -1) }
        try self.perform("subscribe", list) { rd_kafka_subscribe($0, $1) }
    }

    /// Reads these partitions, from their offsets or, where nil, from the group's or the configured beginning.
    public func assign(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.perform("assign", partitions) { rd_kafka_assign($0, $1) }
    }

    /// Takes a break from these partitions; they stay assigned.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.perform("pause", partitions) { rd_kafka_pause_partitions($0, $1) }
    }

    /// Ends the break.
    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.perform("resume", partitions) { rd_kafka_resume_partitions($0, $1) }
    }

    /// Reads on from these offsets. Does not wait; messages from before may still come.
    public func seek(_ partitions: [TopicPartition]) throws(KafkaError) {
        try self.perform("seek", partitions) { client, list in
            KafkaError(taking: rd_kafka_seek_partitions(client, list, 0), "seek")
                .map { rd_kafka_resp_err_t($0.code.rawValue) } ?? RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Commits these offsets (the next to read); the outcome is told as ``ConsumerEvent/committed(_:_:)``.
    public func commit(_ offsets: [TopicPartition]) throws(KafkaError) {
        try self.perform("commit", offsets) { rd_kafka_commit($0, $1, 1) }
    }

    /// Commits these offsets and blocks until that is done: for callbacks, when partitions are being taken away.
    public func commitNow(_ offsets: [TopicPartition]) throws(KafkaError) {
        // Only the poll thread may block, and it alone ends the client, so the lock need not be held.
        guard let client = self.handle.pollHandle?.client else { throw KafkaError(code: .destroyed) }
        try offsets.withList { (list) throws(KafkaError) in
            let code = rd_kafka_commit(client, list, 0)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, "commit \(offsets)") }
        }
    }

    private func perform(
        _ what: String,
        _ partitions: [TopicPartition],
        _ call: (OpaquePointer, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> rd_kafka_resp_err_t
    ) throws(KafkaError) {
        try self.handle.withClient { (client) throws(KafkaError) in
            try partitions.withList { (list) throws(KafkaError) in
                let code = call(client, list)
                if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(code, "\(what) \(partitions)") }
            }
        }
    }

    /// Leaves the group and ends the consumer. The last events are told before it returns.
    public func close() async {
        await withCheckedContinuation { continuation in
            let isClosed = self.closing.withLock { closing in
                closing.isWanted = true
                if !closing.isClosed { closing.closers.append(continuation) }
                return closing.isClosed
            }
            if isClosed { continuation.resume() }
        }
    }

    // MARK: - The poll thread

    private func poll() {
        guard let client = self.handle.pollHandle?.client else { return }
        while !self.closing.withLock({ $0.isWanted }) {
            // The first may wait; what has come by then is taken without waiting, and handed over together.
            var wait = Limits.pollMs
            while self.batch.count < Limits.batchMessages, let message = rd_kafka_consumer_poll(client, wait) {
                wait = 0
                self.take(message)
            }
            self.handOver()
        }
        rd_kafka_consumer_close(client)  // serves the last rebalance and the outcome of commits
        self.handOver()
        self.handle.destroy()
        self.onEvent(.closed)
        let closers = self.closing.withLock { closing in
            closing.isClosed = true
            defer { closing.closers = [] }
            return closing.closers
        }
        for continuation in closers { continuation.resume() }
    }

    private func take(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        let code = message.pointee.err
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else {
            self.batch.append(ConsumedMessage(pointer: message))
            return
        }
        self.handOver()
        let topic = message.pointee.rkt.map { String(cString: rd_kafka_topic_name($0)) } ?? ""
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            self.onEvent(
                .partitionEnd(TopicPartition(topic, message.pointee.partition, offset: message.pointee.offset))
            )
        } else {
            let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
            self.onEvent(.notice(.error(KafkaError(code, text))))
        }
        rd_kafka_message_destroy(message)
    }

    private func handOver() {
        guard !self.batch.isEmpty else { return }
        self.onMessages(self.batch)
        for message in self.batch { rd_kafka_message_destroy(UnsafeMutablePointer(mutating: message.pointer)) }
        self.batch.removeAll(keepingCapacity: true)
    }

    /// Runs inside the poll, so everything read before it is handed over before it.
    func rebalanced(
        _ client: OpaquePointer,
        _ code: rd_kafka_resp_err_t,
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) {
        self.handOver()
        let partitions = [TopicPartition](list)
        let isCooperative = rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
        var failure: KafkaError?
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            self.onEvent(.assigned(partitions))
            if isCooperative {
                failure = KafkaError(taking: rd_kafka_incremental_assign(client, list), "assign \(partitions)")
            } else {
                let result = rd_kafka_assign(client, list)
                if result != RD_KAFKA_RESP_ERR_NO_ERROR { failure = KafkaError(result, "assign \(partitions)") }
            }
        } else {
            self.onEvent(.revoked(partitions, isLost: rd_kafka_assignment_lost(client) != 0))
            if isCooperative {
                failure = KafkaError(taking: rd_kafka_incremental_unassign(client, list), "unassign \(partitions)")
            } else {
                let result = rd_kafka_assign(client, nil)
                if result != RD_KAFKA_RESP_ERR_NO_ERROR { failure = KafkaError(result, "unassign \(partitions)") }
            }
        }
        if let failure { self.onEvent(.notice(.error(failure))) }
    }

    func committed(_ code: rd_kafka_resp_err_t, _ list: UnsafePointer<rd_kafka_topic_partition_list_t>?) {
        guard code != RD_KAFKA_RESP_ERR__NO_OFFSET else { return }  // nothing to commit
        let failure = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, "commit")
        self.onEvent(.committed([TopicPartition](list), failure))
    }

    func noticed(_ notice: ClientNotice) {
        self.onEvent(.notice(notice))
    }
}
