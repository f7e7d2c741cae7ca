// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import KafkaClient
import NIOCore
import Synchronization
import Verification

/// A producer that sends by the clock, on a thread of its own, and records each send and its outcome.
final class PacedProducer: Sendable {
    private let load: Load
    private let number: UInt32
    private let run: RunID
    private let schedule: Schedule
    private let history: HistoryWriter
    private let producer: KafkaProducer
    private let progress: SharedProgress
    private let isStopping = Atomic(false)
    private let finished = DispatchSemaphore(value: 0)

    /// How long to wait before a message that found the client's queue full is offered again.
    private static let fullQueueWaitNs = 1_000_000

    init(load: Load, index: Int, start: Int64, files: RunFiles, progress: SharedProgress) throws {
        let number = UInt32(index + 1)
        let history = try files.writer("producer-\(number)")
        var configuration = KafkaProducer.Configuration(
            // `msg` is what makes librdkafka tell of the errors that it gets over by itself.
            client: load.clientConfiguration("seatrial-producer-\(number)", debug: "msg")
        )
        configuration.acks = load.acks
        configuration.isIdempotent = load.isIdempotent
        configuration.lingerMs = load.lingerMs
        configuration.messageTimeoutMs = load.messageTimeoutMs
        let acks = load.acks
        self.load = load
        self.number = number
        self.run = files.run
        self.schedule = Schedule(
            start: start,
            index: index,
            producers: load.producers,
            rate: load.rate,
            partitions: load.partitions
        )
        self.history = history
        self.progress = progress
        self.producer = try KafkaProducer(configuration) { reports in
            Self.record(reports, producer: number, acks: acks, history: history, progress: progress)
        } onNotice: { notice in
            progress.note(notice, client: number, history: history)
        }
    }

    func start() {
        DedicatedThread.start("paced-producer") { [self] in
            self.send()
            self.finished.signal()
        }
    }

    /// Stops sending and returns when each message has its outcome; what takes longer than `limit` is given up.
    func stop(flushingFor limit: Duration) async throws {
        self.isStopping.store(true, ordering: .releasing)
        let finished = self.finished
        try await DedicatedThread.run("wait-producer") {
            finished.wait()
            finished.signal()  // for whoever stops it again
        }
        await self.producer.close(flushingFor: limit)
        try self.history.close(time: MonotonicClock.now.nanoseconds)
    }

    // MARK: - The sending thread

    private func send() {
        do {
            let topic = try self.producer.topic(self.load.topic)
            var value = ByteBuffer()
            let key = self.load.hasKeys ? Array("producer-\(self.number)".utf8) : []
            var next: Int64 = 0
            while !self.isStopping.load(ordering: .acquiring) {
                let due = self.schedule.due(next)
                MonotonicClock.sleep(until: due)
                let (partition, sequence) = self.schedule.place(next)
                let id = MessageID(producer: self.number, partition: partition, sequence: sequence)
                value.clear()
                Payload.write(id, run: self.run, size: self.load.size, into: &value)
                self.send(id, due: due, key: key, value: value, topic: topic)
                next += 1
            }
        } catch {
            self.progress.fail("producer \(self.number): \(error)")
        }
    }

    private func send(_ id: MessageID, due: Int64, key: [UInt8], value: ByteBuffer, topic: KafkaProducer.Topic) {
        self.history.record(
            Edge(
                .send,
                .invoke,
                client: UInt16(self.number),
                message: id,
                time: MonotonicClock.now.nanoseconds,
                scheduled: due
            )
        )
        self.progress.update { $0.sent += 1 }
        while let error = self.offer(id, key: key, value: value, topic: topic) {
            if error.code == .queueFull, !self.isStopping.load(ordering: .acquiring) {
                MonotonicClock.sleep(until: MonotonicClock.now.nanoseconds + Int64(Self.fullQueueWaitNs))
                continue
            }
            // The client did not take it, so it certainly is nowhere.
            self.history.record(
                Edge(
                    .send,
                    .complete,
                    outcome: .fail,
                    client: UInt16(self.number),
                    message: id,
                    time: MonotonicClock.now.nanoseconds,
                    errorCode: error.code.rawValue
                )
            )
            self.progress.update { $0.refused += 1 }
            if error.code != .queueFull { self.progress.fail("producer \(self.number): \(error)") }
            return
        }
    }

    private func offer(_ id: MessageID, key: [UInt8], value: ByteBuffer, topic: KafkaProducer.Topic) -> KafkaError? {
        value.withUnsafeReadableBytes { bytes in
            key.withUnsafeBytes { keyBytes in
                let key = key.isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : keyBytes
                do throws(KafkaError) {
                    try self.producer.produce(
                        to: topic,
                        partition: id.partition,
                        key: key,
                        value: bytes,
                        tag: UInt64(id.sequence)
                    )
                    return nil
                } catch {
                    return error
                }
            }
        }
    }

    // MARK: - The client's thread

    private static func record(
        _ reports: [DeliveryReport],
        producer: UInt32,
        acks: KafkaProducer.Acks,
        history: HistoryWriter,
        progress: SharedProgress
    ) {
        let now = MonotonicClock.now.nanoseconds
        for report in reports {
            let outcome: Edge.Outcome =
                switch report.status {
                case .persisted: acks == .none ? .info : .ok  // nobody said that it is there
                case .notPersisted: .fail
                case .possiblyPersisted: .info
                }
            history.record(
                Edge(
                    .send,
                    .complete,
                    outcome: outcome,
                    client: UInt16(producer),
                    message: MessageID(
                        producer: producer,
                        partition: report.partition,
                        sequence: Int64(report.tag)
                    ),
                    time: now,
                    offset: report.offset ?? -1,
                    errorCode: report.error.rawValue
                )
            )
        }
        progress.update { progress in
            for report in reports {
                switch report.status {
                case .persisted where acks != .none:
                    progress.acknowledged += 1
                    progress.acknowledgedByPartition[report.partition, default: 0] += 1
                    let offset = report.offset ?? -1
                    progress.acknowledgedOffsets[report.partition] =
                        max(offset, progress.acknowledgedOffsets[report.partition] ?? -1)
                case .notPersisted:
                    progress.refused += 1
                case .persisted, .possiblyPersisted:
                    progress.unknown += 1
                }
            }
        }
    }
}
