// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaClient
import Synchronization
import Verification

/// A member of the consumer group that records what it is handed, what it is assigned and what it commits.
final class GroupMember: Sendable {
    private let recorder: Recorder
    private let consumer: KafkaConsumer

    init(load: Load, index: Int, files: RunFiles, progress: SharedProgress) throws {
        let number = UInt16(index + 1)
        let recorder = Recorder(
            number: number,
            topic: load.topic,
            run: files.run,
            history: try files.writer("consumer-\(number)"),
            progress: progress
        )
        var configuration = KafkaConsumer.Configuration(
            client: load.clientConfiguration("seatrial-consumer-\(number)"),
            groupID: load.group
        )
        configuration.sessionTimeoutMs = load.sessionTimeoutMs
        self.recorder = recorder
        self.consumer = try KafkaConsumer(configuration) {
            recorder.received($0)
        } onEvent: {
            recorder.happened($0)
        }
        recorder.consumer.withLock { [consumer] in $0 = consumer }
        try self.consumer.subscribe([load.topic])
    }

    func stop() async throws {
        await self.consumer.close()
        self.recorder.consumer.withLock { $0 = nil }
        try self.recorder.history.close(time: MonotonicClock.now.nanoseconds)
    }
}

extension GroupMember {
    /// The member's side of the callbacks; all but the lock's contents is the consumer's thread's.
    final class Recorder: Sendable {
        private struct State {
            /// Counts the assignments of this member; each partition is judged within its own.
            var assignments: Int32 = 0
            var assignmentOf: [Int32: Int32] = [:]
            /// The next offset to read, where it is not committed yet.
            var uncommitted: [Int32: Int64] = [:]
            var committedAt: Int64 = 0
        }

        /// How often offsets are committed while messages come.
        private static let commitEvery: Int64 = 500_000_000

        let history: HistoryWriter
        let consumer = Mutex<KafkaConsumer?>(nil)
        private let number: UInt16
        private let topic: String
        private let run: RunID
        private let progress: SharedProgress
        private let state = Mutex(State())

        init(number: UInt16, topic: String, run: RunID, history: HistoryWriter, progress: SharedProgress) {
            self.number = number
            self.topic = topic
            self.run = run
            self.history = history
            self.progress = progress
        }

        func received(_ messages: [ConsumedMessage]) {
            let now = MonotonicClock.now.nanoseconds
            self.state.withLock { state in
                for message in messages {
                    let assignment = state.assignmentOf[message.partition] ?? 0
                    self.history.record(
                        Edge(
                            .deliver,
                            reading: message,
                            run: self.run,
                            client: self.number,
                            time: now,
                            assignment: assignment
                        )
                    )
                    state.uncommitted[message.partition] = message.offset + 1
                }
            }
            self.progress.update { progress in
                progress.delivered += messages.count
                for message in messages {
                    progress.deliveredOffsets[message.partition] =
                        max(message.offset, progress.deliveredOffsets[message.partition] ?? -1)
                }
            }
            let due = self.state.withLock { state -> [TopicPartition] in
                guard now - state.committedAt >= Self.commitEvery else { return [] }
                state.committedAt = now
                return self.takeUncommitted(&state)
            }
            self.commit(due, waits: false)
        }

        func happened(_ event: ConsumerEvent) {
            switch event {
            case .assigned(let partitions):
                self.state.withLock { state in
                    state.assignments += 1
                    for partition in partitions { state.assignmentOf[partition.partition] = state.assignments }
                }
                self.progress.update { $0.assignments += 1 }
                for partition in partitions { self.record(.assign, .complete, partition) }
            case .revoked(let partitions, let isLost):
                let offsets = self.state.withLock { self.takeUncommitted(&$0) }
                // What is lost may be another member's already: its offset is no longer ours to commit.
                if !isLost { self.commit(offsets, waits: true) }
                for partition in partitions { self.record(.revoke, .complete, partition, errorCode: isLost ? 1 : 0) }
            case .committed(let offsets, let error):
                for offset in offsets {
                    self.record(
                        .commit,
                        .complete,
                        offset,
                        outcome: error == nil ? .ok : .info,
                        errorCode: error?.code.rawValue ?? 0
                    )
                }
            case .notice(let notice):
                self.progress.note(notice, client: UInt32(self.number), history: self.history)
            case .partitionEnd, .closed:
                break
            }
        }

        private func takeUncommitted(_ state: inout State) -> [TopicPartition] {
            defer { state.uncommitted = [:] }
            return state.uncommitted.map { TopicPartition(self.topic, $0.key, offset: $0.value) }.sorted()
        }

        private func commit(_ offsets: [TopicPartition], waits: Bool) {
            guard !offsets.isEmpty, let consumer = self.consumer.withLock({ $0 }) else { return }
            for offset in offsets { self.record(.commit, .invoke, offset) }
            do throws(KafkaError) {
                if waits {
                    try consumer.commitNow(offsets)
                    for offset in offsets { self.record(.commit, .complete, offset, outcome: .ok) }
                } else {
                    try consumer.commit(offsets)
                }
            } catch {
                // Not committed, as far as is known: whoever reads on begins at an older offset, which is legal.
                for offset in offsets {
                    self.record(.commit, .complete, offset, outcome: .info, errorCode: error.code.rawValue)
                }
            }
        }

        private func record(
            _ operation: Edge.Operation,
            _ phase: Edge.Phase,
            _ partition: TopicPartition,
            outcome: Edge.Outcome = .none,
            errorCode: Int32 = 0
        ) {
            let assignment = self.state.withLock { $0.assignmentOf[partition.partition] ?? 0 }
            self.history.record(
                Edge(
                    operation,
                    phase,
                    outcome: outcome,
                    client: self.number,
                    message: MessageID(producer: 0, partition: partition.partition, sequence: -1),
                    time: MonotonicClock.now.nanoseconds,
                    offset: partition.offset ?? -1,
                    errorCode: errorCode,
                    assignment: assignment
                )
            )
        }
    }
}
