// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaClient
import Synchronization
import Verification

/// Reads all partitions from their beginning to their high watermark with a fresh client, when the load has ended.
struct EndReader: Sendable {
    var load: Load
    var files: RunFiles
    /// How far each partition must reach: what was acknowledged or delivered.
    var expected: [Int32: Int64]

    /// How long high watermarks may take, after the load, to cover what was acknowledged.
    private static let watermarkGrace = Duration.seconds(5)

    /// How far each partition is read, shared with the client's thread.
    private final class Positions: Sendable {
        struct Position {
            var next: Int64
            var end: Int64
        }

        let state: Mutex<[Int32: Position]>

        init(_ ends: [Int32: (low: Int64, high: Int64)]) {
            self.state = Mutex(ends.mapValues { Position(next: $0.low, end: $0.high) })
        }

        var isDone: Bool { self.state.withLock { $0.values.allSatisfy { $0.next >= $0.end } } }
    }

    /// Records every message and, for each partition that was read to its end, that end.
    ///
    /// A partition whose high watermark stays below what was acknowledged for `watermarkGrace` is read to the watermark:
    /// whether that is a loss is for the checks to say. One that cannot be read to its watermark in time has no end in the
    /// history, and no check passes.
    func read(within limit: Duration) async throws {
        let history = try self.files.writer("reader")
        let deadline = MonotonicClock.now + limit
        let admin = try KafkaAdmin(self.load.clientConfiguration("seatrial-reader"))
        let ends: [Int32: (low: Int64, high: Int64)]
        do {
            ends = try await self.ends(admin, until: MonotonicClock.now + min(Self.watermarkGrace, limit / 2))
            await admin.close()
        } catch {
            await admin.close()
            throw error
        }
        let positions = Positions(ends)
        let run = self.files.run
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let configuration = KafkaConsumer.Configuration(
            client: self.load.clientConfiguration("seatrial-reader"),
            groupID: "\(self.load.group)-reader"
        )
        let consumer = try KafkaConsumer(configuration) { messages in
            let now = MonotonicClock.now.nanoseconds
            positions.state.withLock { positions in
                for message in messages where message.offset < positions[message.partition]?.end ?? 0 {
                    history.record(Edge(.read, reading: message, run: run, client: 0, time: now, assignment: 0))
                    positions[message.partition]?.next = message.offset + 1
                }
            }
            signal.yield()
        }
        try consumer.assign(ends.map { TopicPartition(self.load.topic, $0.key, offset: $0.value.low) })
        // What was not read in time has no end in the history, which the checks report.
        _ = await holds({ positions.isDone }, after: signals, within: deadline - MonotonicClock.now)
        await consumer.close()
        let now = MonotonicClock.now.nanoseconds
        for (partition, position) in positions.state.withLock({ $0 }).sorted(by: { $0.key < $1.key })
        where position.next >= position.end {
            history.record(
                Edge(
                    .readToEnd,
                    .complete,
                    outcome: .ok,
                    client: 0,
                    message: MessageID(producer: 0, partition: partition, sequence: -1),
                    time: now,
                    offset: position.end
                )
            )
        }
        try history.close(time: now)
    }

    /// The watermarks, once they cover what is expected, or as they are at the deadline.
    private func ends(
        _ admin: KafkaAdmin,
        until deadline: Instant
    ) async throws -> [Int32: (low: Int64, high: Int64)] {
        var ends: [Int32: (low: Int64, high: Int64)] = [:]
        for partition in 0..<Int32(self.load.partitions) {
            while true {
                do {
                    let end = try await admin.watermarks(of: self.load.topic, partition)
                    ends[partition] = end
                    if end.high > self.expected[partition] ?? -1 { break }
                } catch let error as KafkaError where MonotonicClock.now < deadline {
                    _ = error  // no leader yet, or one that is not reached: asked again until the deadline
                }
                guard MonotonicClock.now < deadline else { break }
                try await Task.sleep(for: .milliseconds(50))  // between two polls of a broker
            }
        }
        return ends
    }
}
