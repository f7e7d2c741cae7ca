// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaCluster
import KafkaLog
import KafkaProtocol
package import NIOCore

/// A broker's logs: performs what the machine asks of them, and tells what came of it. The same in production and in the
/// simulator, which gives it a disk that forgets.
///
/// All calls block on the disk: an append ends in the page cache, which is what Kafka promises of a replica.
package final class LogStore {
    private let storage: any Storage
    private var logs: [TopicPartition: PartitionLog] = [:]
    private let nowMs: () -> Int64

    /// The file that says that all logs were closed.
    private static let cleanShutdownFile = ".kafka_cleanshutdown"

    /// Opens every log that is on the disk.
    ///
    /// - Parameters:
    ///   - storage: the broker's folder.
    ///   - topicDefaults: how logs are kept until their topic's settings are known.
    ///   - nowMs: the wall clock, in milliseconds since 1970.
    package init(storage: any Storage, topicDefaults: TopicSettings, nowMs: @escaping () -> Int64) throws {
        self.storage = storage
        self.nowMs = nowMs
        let wasClosed = try storage.exists(Self.cleanShutdownFile)
        let recoveryPoints = try OffsetCheckpoint.read(OffsetCheckpoint.recoveryPoints, from: storage)
        // Both count for this start only: after a truncation, recovery points would call new records verified.
        try storage.remove(Self.cleanShutdownFile)
        try storage.remove(OffsetCheckpoint.recoveryPoints)
        try storage.syncDirectory("")
        for directory in try storage.list("") {
            if directory.hasSuffix(".deleted") {
                try storage.remove(directory)  // a removal that the process did not live to finish
                continue
            }
            guard let name = PartitionName(directory: directory) else { continue }
            self.logs[TopicPartition(name.topic, name.partition)] = try PartitionLog(
                name,
                in: storage,
                configuration: LogConfiguration(topicDefaults),
                recoveryPoint: recoveryPoints[name] ?? 0,
                wasClosed: wasClosed
            )
        }
    }

    /// What a person should know of what was found at the start: a line a log whose end was damaged.
    package var remarks: [String] {
        self.logs.sorted { $0.key < $1.key }.compactMap { id, log in
            guard log.recovery.tornBytes > 0 else { return nil }
            return "\(id): cut off \(log.recovery.tornBytes) bytes at the end that are no whole batch; it goes on at "
                + "offset \(log.endOffset), and what is missing comes from its leader"
        }
    }

    /// What each log holds.
    package var states: [TopicPartition: LogState] { self.logs.mapValues { LogState($0) } }

    /// The high watermarks of the checkpoint file.
    package func highWatermarks() throws -> [TopicPartition: Int64] {
        let offsets = try OffsetCheckpoint.read(OffsetCheckpoint.highWatermarks, from: self.storage)
        return Dictionary(
            uniqueKeysWithValues: offsets.map { (TopicPartition($0.key.topic, $0.key.partition), $0.value) }
        )
    }

    /// Performs a request; the machine must hear of the event before anything else happens to it.
    package func perform(_ request: LogRequest, event: (LogAnswer) -> Void) {
        switch request {
        case .open(let id, let settings):
            self.with(id, event) { try self.open(id, settings) }
        case .append(let token, let records, let leaderEpoch):
            self.with(token.partition, event) {
                let log = try self.log(token.partition)
                let result = try log.append(records, leaderEpoch: leaderEpoch, nowMs: self.nowMs())
                return .appended(token, AppendOutcome(result), LogState(log))
            }
        case .replicate(let id, let records, let leader):
            self.with(id, event) {
                let log = try self.log(id)
                do {
                    try log.replicate(records, nowMs: self.nowMs())
                    return .changed(id, LogState(log), .none, leader: leader)
                } catch is WireError, is LogError {
                    // What the leader sent does not fit: asked for again, it may.
                    return .changed(id, LogState(log), .corruptMessage, leader: leader)
                }
            }
        case .truncate(let id, let offset, let leader):
            self.with(id, event) {
                let log = try self.log(id)
                try log.truncate(to: offset)
                return .changed(id, LogState(log), .none, leader: leader)
            }
        case .restart(let id, let offset, let leader):
            self.with(id, event) {
                let log = try self.log(id)
                try log.restart(at: offset)
                return .changed(id, LogState(log), .none, leader: leader)
            }
        case .read(let fetch, let reads, let bytesMax):
            event(.read(fetch: fetch, self.read(reads, bytesMax: bytesMax)))
        case .findTimestamp(let lookup, let id, let timestampMs):
            self.with(id, event) {
                let found = try self.log(id).offset(atOrAfter: timestampMs)
                return .foundTimestamp(
                    lookup: lookup,
                    id,
                    offset: found?.offset ?? -1,
                    timestampMs: found?.timestamp ?? -1,
                    leaderEpoch: found?.leaderEpoch ?? -1
                )
            }
        case .load(let id):
            self.with(id, event) {
                let log = try self.log(id)
                var batches: [ByteBuffer] = []
                try log.readAll(from: log.startOffset, upTo: log.endOffset) { batches.append($0) }
                return .loaded(id, batches)
            }
        case .configure(let id, let settings):
            self.logs[id]?.configuration = LogConfiguration(settings)
        case .delete(let id):
            self.with(id, event) {
                try self.logs.removeValue(forKey: id)?.delete()
                return nil
            }
        case .checkpoint(let highWatermarks):
            self.checkpoint(highWatermarks, event)
        }
    }

    private func open(_ id: TopicPartition, _ settings: TopicSettings) throws -> LogAnswer {
        if let log = self.logs[id] { return .opened(id, LogState(log)) }
        let log = try PartitionLog(
            PartitionName(topic: id.topic, partition: id.partition),
            in: self.storage,
            configuration: LogConfiguration(settings)
        )
        self.logs[id] = log
        return .opened(id, LogState(log))
    }

    private func log(_ id: TopicPartition) throws -> PartitionLog {
        guard let log = self.logs[id] else {
            throw StorageError(operation: "use", path: "\(id)", code: 0, reason: "the log is not open")
        }
        return log
    }

    private func read(_ reads: [LogRead], bytesMax: Int) -> [Records] {
        var records: [Records] = []
        var left = bytesMax
        for read in reads {
            guard left > 0 || records.isEmpty else { break }
            do {
                let slice = try self.log(read.partition).read(
                    from: read.offset,
                    upTo: read.endOffset,
                    bytesMax: min(read.bytesMax, left),
                    atLeastOneBatch: left == bytesMax
                )
                left -= slice.count
                records.append(.bytes(try slice.bytes()))
            } catch {
                records.append(.empty)  // the reader sees nothing and asks again; the next write tells of the disk
            }
        }
        return records
    }

    private func checkpoint(_ highWatermarks: [TopicPartition: Int64], _ event: (LogAnswer) -> Void) {
        do {
            let offsets = highWatermarks.map {
                (PartitionName(topic: $0.key.topic, partition: $0.key.partition), $0.value)
            }
            try OffsetCheckpoint.write(
                Dictionary(uniqueKeysWithValues: offsets),
                to: OffsetCheckpoint.highWatermarks,
                in: self.storage
            )
        } catch {
            self.onCheckpointFailure?("\(error)")
        }
    }

    /// Told when the checkpoint can't be written; it is written again some seconds later.
    package var onCheckpointFailure: ((String) -> Void)?

    private func with(_ id: TopicPartition, _ event: (LogAnswer) -> Void, _ body: () throws -> LogAnswer?) {
        do {
            if let answer = try body() { event(answer) }
        } catch {
            event(.failed(id, "\(error)"))
        }
    }

    /// What a partition's log holds between two offsets, for checks; nil when it is not open.
    package func records(of id: TopicPartition, from offset: Int64, upTo endOffset: Int64) throws -> [ByteBuffer]? {
        guard let log = self.logs[id] else { return nil }
        var batches: [ByteBuffer] = []
        try log.readAll(from: offset, upTo: endOffset) { batches.append($0) }
        return batches
    }

    /// Makes everything durable, as the system does now and then.
    package func flush() throws {
        for id in self.logs.keys.sorted() { try self.logs[id]?.flush() }
    }

    /// Makes everything durable, closes the logs and says so in a file.
    package func close() throws {
        var recoveryPoints: [PartitionName: Int64] = [:]
        for id in self.logs.keys.sorted() {
            guard let log = self.logs[id] else { continue }
            try log.close()
            recoveryPoints[log.name] = log.recoveryPoint
        }
        self.logs = [:]
        try OffsetCheckpoint.write(recoveryPoints, to: OffsetCheckpoint.recoveryPoints, in: self.storage)
        let file = try self.storage.open(Self.cleanShutdownFile, create: true)
        try file.sync()
        try file.close()
        try self.storage.syncDirectory("")
    }
}

extension LogConfiguration {
    init(_ settings: TopicSettings) {
        self.init()
        self.segmentBytes = settings.segmentBytes
        self.indexIntervalBytes = settings.indexIntervalBytes
    }
}

extension LogState {
    init(_ log: PartitionLog) {
        self.init(
            startOffset: log.startOffset,
            endOffset: log.endOffset,
            epochs: log.epochs.entries.map { EpochStart(epoch: $0.epoch, startOffset: $0.startOffset) }
        )
    }
}

extension AppendOutcome {
    init(_ result: PartitionLog.AppendResult) {
        switch result {
        case .appended(let baseOffset, let lastOffset), .duplicate(let baseOffset, let lastOffset):
            self = .appended(baseOffset: baseOffset, lastOffset: lastOffset, logAppendTimeMs: -1)
        case .refused(let error):
            self = .refused(error)
        }
    }
}
