// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CRDKafka
import Synchronization

/// A producer over librdkafka.
///
/// The cheap way is ``produce(to:partition:key:value:tag:)`` with reports in batches to `onDelivery`, on the producer's
/// own thread; `send` waits for one message. ``close(flushingFor:)`` must be called.
public final class KafkaProducer: Sendable {
    /// How many copies must have a message before it counts as acknowledged.
    public enum Acks: Int, Hashable, Sendable {
        /// None: nothing is ever known.
        case none = 0
        /// The leader's.
        case leader = 1
        /// All in-sync replicas'.
        case all = -1
    }

    /// How to produce.
    public struct Configuration: Sendable {
        /// Brokers, names, logs.
        public var client: ClientConfiguration
        /// How many copies make an acknowledgement.
        public var acks = Acks.all
        /// Whether brokers drop what a retry repeats.
        public var isIdempotent = true
        /// How long messages wait for others to share a request with, in milliseconds.
        public var lingerMs = 5.0
        /// How long a message may take from the call to its report, in milliseconds.
        public var messageTimeoutMs = 120_000
        /// How many requests a connection may have under way (at most 5 when idempotent).
        public var inFlightMax = 5
        /// How many messages may wait; more are refused with `queueFull`.
        public var queueMessagesMax = 100_000
        /// `none`, `gzip`, `snappy`, `lz4` or `zstd`.
        public var compression = "none"

        /// The defaults of `safe`: acks=all, idempotent.
        public init(client: ClientConfiguration) {
            self.client = client
        }

        var settings: [String: String] {
            [
                "acks": String(self.acks.rawValue),
                "enable.idempotence": String(self.isIdempotent),
                "linger.ms": String(self.lingerMs),
                "message.timeout.ms": String(self.messageTimeoutMs),
                "max.in.flight": String(self.inFlightMax),
                "queue.buffering.max.messages": String(self.queueMessagesMax),
                "compression.codec": self.compression,
            ]
        }
    }

    /// A topic to produce to. `@unchecked Sendable`: librdkafka's topic handles may be used from any thread.
    public struct Topic: @unchecked Sendable {
        let pointer: OpaquePointer
        /// The topic's name.
        public let name: String
    }

    private typealias SendResult = Result<DeliveryReport, KafkaError>

    private struct Waiting {
        /// Until when to flush; nil: not closing.
        var closeBy: ContinuousClock.Instant?
        var nextTag: UInt64 = KafkaProducer.ownTags
        var sends: [UInt64: CheckedContinuation<SendResult, Never>] = [:]
        var room: [CheckedContinuation<Void, Never>] = []
        var closers: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    /// Tags from here on belong to `send`.
    private static let ownTags: UInt64 = 1 << 63

    let handle: ClientHandle
    private let waiting = Mutex(Waiting())
    private let onDelivery: @Sendable ([DeliveryReport]) -> Void
    private let onNotice: @Sendable (ClientNotice) -> Void

    /// Makes a producer and starts its thread; connections come and go by themselves.
    ///
    /// - Parameters:
    ///   - configuration: How to produce.
    ///   - onDelivery: Told what became of messages, in batches, on the producer's thread: it must not wait.
    ///   - onNotice: Told of errors, statistics and logs, on the same thread.
    /// - Throws: ``KafkaError`` when a setting is not valid.
    public init(
        _ configuration: Configuration,
        onDelivery: @escaping @Sendable ([DeliveryReport]) -> Void = { _ in },
        onNotice: @escaping @Sendable (ClientNotice) -> Void = { _ in }
    ) throws(KafkaError) {
        self.onDelivery = onDelivery
        self.onNotice = onNotice
        self.handle = try ClientHandle(
            RD_KAFKA_PRODUCER,
            configuration.client,
            settings: configuration.settings,
            context: ClientContext(resolver: configuration.client.resolver)
        ) { conf in
            rd_kafka_conf_set_events(
                conf,
                RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_LOG
            )
        }
        DedicatedThread.start("kafka-producer") { [self] in self.poll() }
    }

    /// A topic to produce to.
    public func topic(_ name: String) throws(KafkaError) -> Topic {
        Topic(pointer: try self.handle.topic(name), name: name)
    }

    /// Hands a message over, copying it; what becomes of it is told to `onDelivery`.
    ///
    /// - Parameters:
    ///   - topic: From ``topic(_:)``.
    ///   - partition: The partition, or -1 for one chosen by the key's hash or at random.
    ///   - key: The key; empty and without an address: none.
    ///   - value: The value.
    ///   - tag: Comes back in the report; below 2⁶³.
    /// - Throws: ``KafkaError``; `queueFull` when too many messages wait: try again after the next report.
    public func produce(
        to topic: Topic,
        partition: Int32 = -1,
        key: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        value: UnsafeRawBufferPointer,
        tag: UInt64
    ) throws(KafkaError) {
        try self.handle.withClient { (_) throws(KafkaError) in
            let code = rd_kafka_produce(
                topic.pointer,
                partition,
                RD_KAFKA_MSG_F_COPY,
                UnsafeMutableRawPointer(mutating: value.baseAddress),
                value.count,
                key.baseAddress,
                key.count,
                UnsafeMutableRawPointer(bitPattern: UInt(tag))
            )
            if code != 0 { throw KafkaError(rd_kafka_last_error(), "produce to \(topic.name)-\(partition)") }
        }
    }

    /// Sends one message and waits for its report, and for room in the queue before that.
    ///
    /// Cancelling the task takes nothing back: a message under way may still be persisted.
    public func send(
        to topic: Topic,
        partition: Int32 = -1,
        key: [UInt8]? = nil,
        value: [UInt8]
    ) async throws -> DeliveryReport {
        while true {
            do {
                return try await self.sendOnce(to: topic, partition: partition, key: key, value: value)
            } catch let error as KafkaError where error.code == .queueFull {
                await withCheckedContinuation { continuation in
                    let isClosed = self.waiting.withLock { waiting in
                        if !waiting.isClosed { waiting.room.append(continuation) }
                        return waiting.isClosed
                    }
                    if isClosed { continuation.resume() }
                }
                try Task.checkCancellation()
            }
        }
    }

    private func sendOnce(
        to topic: Topic,
        partition: Int32,
        key: [UInt8]?,
        value: [UInt8]
    ) async throws -> DeliveryReport {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<SendResult, Never>) in
            let tag = self.waiting.withLock { waiting in
                defer { waiting.nextTag += 1 }
                waiting.sends[waiting.nextTag] = continuation
                return waiting.nextTag
            }
            let failure: KafkaError? = (key ?? []).withUnsafeBytes { keyBytes in
                value.withUnsafeBytes { valueBytes in
                    let key = key == nil ? UnsafeRawBufferPointer(start: nil, count: 0) : keyBytes
                    do throws(KafkaError) {
                        try self.produce(to: topic, partition: partition, key: key, value: valueBytes, tag: tag)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            if let failure {
                self.waiting.withLock { $0.sends.removeValue(forKey: tag) }?.resume(returning: .failure(failure))
            }
        }
        return try result.get()
    }

    /// How many messages have no report yet.
    public var outstanding: Int {
        self.handle.state.withLock { $0.map { Int(rd_kafka_outq_len($0.client)) } ?? 0 }
    }

    /// Waits for the reports of what is under way, at most that long, gives up the rest (each still gets its report, as not
    /// or possibly persisted), and ends the producer.
    public func close(flushingFor limit: Duration = .seconds(30)) async {
        await withCheckedContinuation { continuation in
            let isClosed = self.waiting.withLock { waiting in
                if waiting.isClosed { return true }
                waiting.closeBy = waiting.closeBy ?? .now + limit
                waiting.closers.append(continuation)
                return false
            }
            if isClosed { continuation.resume() }
        }
    }

    // MARK: - The poll thread

    private func poll() {
        guard let client = self.handle.pollHandle?.client, let queue = rd_kafka_queue_get_main(client) else { return }
        var isPurged = false
        while true {
            self.serve(queue)
            guard let closeBy = self.waiting.withLock({ $0.closeBy }) else { continue }
            if rd_kafka_outq_len(client) == 0 { break }
            if !isPurged, ContinuousClock.now >= closeBy {
                isPurged = true
                rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
            }
        }
        rd_kafka_queue_destroy(queue)
        self.handle.destroy()
        let (closers, room) = self.waiting.withLock { waiting in
            waiting.isClosed = true
            defer { (waiting.closers, waiting.room) = ([], []) }
            return (waiting.closers, waiting.room)
        }
        for continuation in closers + room { continuation.resume() }
    }

    private func serve(_ queue: OpaquePointer) {
        // Whatever has come: a sender may have begun to wait just after the last report.
        defer { self.tellOfRoom() }
        guard let event = rd_kafka_queue_poll(queue, Limits.pollMs) else { return }
        defer { rd_kafka_event_destroy(event) }
        guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR else {
            if let notice = ClientNotice(event) { self.onNotice(notice) }
            return
        }
        var reports: [DeliveryReport] = []
        reports.reserveCapacity(rd_kafka_event_message_count(event))
        var own: [DeliveryReport] = []
        while let message = rd_kafka_event_message_next(event) {
            let report = DeliveryReport(message)
            if report.tag < Self.ownTags { reports.append(report) } else { own.append(report) }
        }
        if !reports.isEmpty { self.onDelivery(reports) }
        guard !own.isEmpty else { return }
        let sends = self.waiting.withLock { waiting in
            own.map { ($0, waiting.sends.removeValue(forKey: $0.tag)) }
        }
        for (report, continuation) in sends { continuation?.resume(returning: .success(report)) }
    }

    private func tellOfRoom() {
        let room = self.waiting.withLock { waiting in
            defer { waiting.room = [] }
            return waiting.room
        }
        for continuation in room { continuation.resume() }
    }
}
