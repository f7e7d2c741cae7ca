// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import KafkaStore
import NIOCore

/// What must hold after every event: what a leader has declared committed stays, at its offset, for good.
struct ReplicationChecker {
    typealias Fail = (SimulationReport.Failure.Kind, String) -> SimulationReport.Failure

    /// The values below the highest high watermark seen, by offset.
    private var committed: [TopicPartition: [String]] = [:]
    /// The leader epoch in which a broker's log was last compared as a whole.
    private var comparedEpochs: [Int32: [TopicPartition: Int32]] = [:]

    func committedCount(of id: TopicPartition) -> Int64 { Int64(self.committed[id]?.count ?? 0) }

    /// Checks a broker after an event.
    mutating func check(
        _ machine: Broker,
        _ store: LogStore,
        zookeeper: ModelZooKeeper,
        partitions: [TopicPartition],
        _ fail: Fail
    ) throws {
        for id in partitions {
            guard let partition = machine.replicas.partition(id), partition.isLeader, partition.log != nil else {
                continue
            }
            let me = machine.settings.id
            if self.comparedEpochs[me]?[id] != partition.leaderEpoch {
                self.comparedEpochs[me, default: [:]][id] = partition.leaderEpoch
                // A leader that is out of date already may lack what its successor has committed.
                let node = zookeeper.nodes[ZooKeeperPath.state(id)]
                let state = node.flatMap { PartitionState(text: $0.data, stat: $0.stat) }
                if state?.leaderEpoch == partition.leaderEpoch {
                    try self.compare(id, store, broker: me, upTo: self.committedCount(of: id), fail)
                }
            }
            let known = self.committedCount(of: id)
            if partition.highWatermark > known {
                let values = try Self.values(id, store, from: known, upTo: partition.highWatermark)
                guard values.count == Int(partition.highWatermark - known) else {
                    throw fail(
                        .safety,
                        "\(id): broker \(me) has committed up to \(partition.highWatermark), but not all is there"
                    )
                }
                self.committed[id, default: []] += values.map(\.value)
            }
        }
    }

    /// An acknowledged batch must be committed, with these values.
    func acknowledged(_ id: TopicPartition, at offset: Int64, _ values: [String], _ fail: Fail) throws {
        for (index, value) in values.enumerated() {
            let position = Int(offset) + index
            guard let committed = self.committed[id], committed.indices.contains(position) else {
                throw fail(.safety, "\(id): \(value) was acknowledged at \(position), but is not committed")
            }
            guard committed[position] == value else {
                throw fail(
                    .safety,
                    "\(id): offset \(position) was acknowledged as \(value) and is \(committed[position])"
                )
            }
        }
    }

    /// In the end every replica has everything.
    func checkEnd(_ broker: Int32, _ store: LogStore, partitions: [TopicPartition], _ fail: Fail) throws {
        for id in partitions {
            try self.compare(id, store, broker: broker, upTo: self.committedCount(of: id), fail)
            let values = self.committed[id] ?? []
            guard Set(values).count == values.count else {
                throw fail(.safety, "\(id): a record is there twice in spite of idempotence")
            }
        }
    }

    private func compare(_ id: TopicPartition, _ store: LogStore, broker: Int32, upTo end: Int64, _ fail: Fail) throws {
        let values = try Self.values(id, store, from: 0, upTo: end)
        let committed = self.committed[id] ?? []
        guard values.count == committed.count else {
            throw fail(
                .safety,
                "\(id): broker \(broker) has \(values.count) of \(committed.count) committed records"
            )
        }
        for (value, known) in zip(values, committed) where value.value != known {
            throw fail(
                .safety,
                "\(id): offset \(value.offset) is \(value.value) at broker \(broker), and was committed as \(known)"
            )
        }
    }

    private static func values(
        _ id: TopicPartition,
        _ store: LogStore,
        from offset: Int64,
        upTo end: Int64
    ) throws -> [(offset: Int64, value: String)] {
        var values: [(offset: Int64, value: String)] = []
        for bytes in try store.records(of: id, from: offset, upTo: end) ?? [] {
            var rest = bytes
            while let batch = try RecordBatch.next(from: &rest) {
                for record in try batch.records() where record.offset >= offset && record.offset < end {
                    values.append((record.offset, record.value.map { String(buffer: $0) } ?? ""))
                }
            }
        }
        return values
    }
}
