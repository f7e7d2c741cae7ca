// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
import NIOCore

/// Where a follower stands.
struct Position: Hashable, Sendable {
    var endOffset: Int64
    var leaderEpoch: Int32
}

/// The fetches of this broker's followers from one leader.
struct Fetcher: Hashable, Sendable {
    /// The partitions that follow it, sorted.
    var partitions: [TopicPartition] = []
    /// The number of the newest fetch under way, 0 for none; its answer leads to the next.
    var latest: UInt64 = 0
    /// What fetches under way asked for. An answer counts only while the follower stands where it asked: in another
    /// epoch the same leader may have another log.
    var asked: [UInt64: [TopicPartition: Position]] = [:]
    /// Log operations that must end before the next fetch.
    var openChangesCount = 0
    /// Whether a timer is set, after a failure.
    var isBackingOff = false
}

extension ReplicaManager {
    /// Finds out anew who follows whom, and fetches from the leaders that gained a partition.
    mutating func regroupFetchers(_ effects: inout [BrokerEffect], now: Instant) {
        var groups: [Int32: [TopicPartition]] = [:]
        if !self.isStopping {
            for id in self.order {
                guard let partition = self.hosted[id]?.partition, case .follower(let leader) = partition.role,
                    leader >= 0, leader != self.me, partition.log != nil
                else { continue }
                groups[leader, default: []].append(id)
            }
        }
        for leader in self.fetchers.keys.sorted() where groups[leader] == nil {
            self.fetchers[leader] = nil
        }
        for leader in groups.keys.sorted() {
            guard let partitions = groups[leader] else { continue }
            var fetcher = self.fetchers[leader] ?? Fetcher()
            let gained = partitions.contains { !fetcher.partitions.contains($0) }
            fetcher.partitions = partitions
            self.fetchers[leader] = fetcher
            if gained { self.sendFetch(to: leader, now: now, &effects) }
        }
    }

    /// Fetches all that follows the leader; replaces an older fetch under way.
    mutating func sendFetch(to leader: Int32, now: Instant, _ effects: inout [BrokerEffect]) {
        guard var fetcher = self.fetchers[leader], let registration = self.addresses[leader] else { return }
        guard fetcher.openChangesCount == 0 else { return }  // their end leads to the next fetch
        var request = FetchRequest()
        request.replicaId = self.me
        request.maxWaitMs = Int32(self.settings.replicaFetchWaitMax.wholeNanoseconds / 1_000_000)
        request.minBytes = self.settings.replicaFetchBytesMin
        request.maxBytes = self.settings.replicaFetchResponseBytesMax
        var offsets: [TopicPartition: Position] = [:]
        var nextAllowed: Instant?
        for id in fetcher.partitions {
            guard let hosted = self.hosted[id], let log = hosted.partition.log else { continue }
            guard hosted.fetchAfter <= now else {
                nextAllowed = min(nextAllowed ?? hosted.fetchAfter, hosted.fetchAfter)
                continue
            }
            var item = FetchRequest.FetchPartition()
            item.partition = id.partition
            item.currentLeaderEpoch = hosted.partition.leaderEpoch
            item.fetchOffset = log.endOffset
            item.lastFetchedEpoch = log.latestEpoch ?? -1
            item.logStartOffset = log.startOffset
            item.partitionMaxBytes = self.settings.replicaFetchBytesMax
            offsets[id] = Position(endOffset: log.endOffset, leaderEpoch: hosted.partition.leaderEpoch)
            if request.topics.last?.topic != id.topic {
                request.topics.append(FetchRequest.FetchTopic { $0.topic = id.topic })
            }
            request.topics[request.topics.count - 1].partitions.append(item)
        }
        // What must wait is asked for later, whatever becomes of this fetch.
        if let nextAllowed { effects.append(.setTimer(.fetch(from: leader), at: nextAllowed)) }
        guard !offsets.isEmpty else { return }
        let number = self.takeNumber()
        fetcher.latest = number
        fetcher.asked[number] = offsets
        fetcher.isBackingOff = false
        self.fetchers[leader] = fetcher
        effects.append(.send(to: registration, .fetch(number), .fetch(request)))
    }

    /// The leader could not be reached.
    package mutating func fetchFailed(
        _ number: UInt64,
        from leader: Int32,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.fetchers[leader]?.asked.removeValue(forKey: number) != nil,
            self.fetchers[leader]?.latest == number
        else { return }
        self.fetchers[leader]?.latest = 0
        self.backOff(from: leader, now: now, &effects)
    }

    private mutating func backOff(from leader: Int32, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.fetchers[leader]?.isBackingOff == false else { return }
        self.fetchers[leader]?.isBackingOff = true
        effects.append(.setTimer(.fetch(from: leader), at: now + Limits.fetchBackoff))
    }

    package mutating func fetchTimerFired(from leader: Int32, now: Instant, _ effects: inout [BrokerEffect]) {
        self.fetchers[leader]?.isBackingOff = false
        self.sendFetch(to: leader, now: now, &effects)
    }

    /// A leader answered a fetch: append, truncate, or wait.
    package mutating func fetched(
        _ number: UInt64,
        from leader: Int32,
        _ response: FetchResponse,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard let asked = self.fetchers[leader]?.asked.removeValue(forKey: number) else { return }
        if self.fetchers[leader]?.latest == number { self.fetchers[leader]?.latest = 0 }
        var mustBackOff = response.errorCode != .none
        for topic in response.responses {
            for data in topic.partitions {
                let id = TopicPartition(topic.topic, data.partitionIndex)
                guard let partition = self.hosted[id]?.partition, case .follower(leader) = partition.role,
                    let log = partition.log,
                    asked[id] == Position(endOffset: log.endOffset, leaderEpoch: partition.leaderEpoch)
                else { continue }  // the answer to a question of an earlier time
                if !self.take(data, of: id, from: leader, log: log, now: now, &effects) { mustBackOff = true }
            }
        }
        if mustBackOff { self.backOff(from: leader, now: now, &effects) }
        self.fetchNext(from: leader, now: now, &effects)
    }

    /// Fetches again, unless that happens anyway.
    private mutating func fetchNext(from leader: Int32, now: Instant, _ effects: inout [BrokerEffect]) {
        guard let fetcher = self.fetchers[leader], fetcher.latest == 0, fetcher.openChangesCount == 0 else { return }
        self.sendFetch(to: leader, now: now, &effects)
    }

    /// Takes one partition's answer; false when it must not be asked for again at once.
    private mutating func take(
        _ data: FetchResponse.PartitionData,
        of id: TopicPartition,
        from leader: Int32,
        log: LogState,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) -> Bool {
        switch data.errorCode {
        case .none: break
        case .offsetOutOfRange where data.logStartOffset > log.endOffset:
            self.change(.restart(id, at: data.logStartOffset, leader: leader), &effects)
            return true
        default:
            // Open-ended: every other error passes when the controller's word has reached both ends.
            self.hosted[id]?.fetchAfter = now + Limits.fetchBackoff
            return false
        }
        if data.divergingEpoch.endOffset >= 0 {
            let target = log.truncationTarget(
                epoch: data.divergingEpoch.epoch,
                endOffset: data.divergingEpoch.endOffset
            )
            effects.append(.reached(.truncated))
            self.change(.truncate(id, to: target, leader: leader), &effects)
            return true
        }
        self.hosted[id]?.leadersHighWatermark = data.highWatermark
        if case .bytes(let records) = data.records, records.readableBytes > 0 {
            self.change(.replicate(id, records: records, leader: leader), &effects)
        } else {
            self.hosted[id]?.partition.followHighWatermark(data.highWatermark)
        }
        return true
    }

    private mutating func change(_ request: LogRequest, _ effects: inout [BrokerEffect]) {
        switch request {
        case .replicate(_, _, let leader), .truncate(_, _, let leader), .restart(_, _, let leader):
            self.fetchers[leader]?.openChangesCount += 1
        case .open, .append, .read, .findTimestamp, .load, .configure, .delete, .checkpoint: break
        }
        effects.append(.log(request))
    }

    /// A follower's log changed, or refused to.
    package mutating func changed(
        _ id: TopicPartition,
        log: LogState,
        error: ErrorCode,
        leader: Int32,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        self.hosted[id]?.partition.logChanged(log)
        if let known = self.hosted[id]?.leadersHighWatermark { self.hosted[id]?.partition.followHighWatermark(known) }
        if error != .none {
            effects.append(.note("\(id): what broker \(leader) sent was refused: \(error)"))
            self.hosted[id]?.fetchAfter = now + Limits.fetchBackoff
            self.backOff(from: leader, now: now, &effects)
        }
        guard let open = self.fetchers[leader]?.openChangesCount, open > 0 else { return }
        self.fetchers[leader]?.openChangesCount = open - 1
        self.fetchNext(from: leader, now: now, &effects)
    }
}

extension LogState {
    /// Where a follower cuts its log when the leader says that its records up to `epoch` end at `endOffset` (KIP-279).
    func truncationTarget(epoch: Int32, endOffset: Int64) -> Int64 {
        guard epoch >= 0, let own = self.end(ofEpoch: epoch) else { return min(endOffset, self.endOffset) }
        return min(own.endOffset, endOffset)
    }
}
