// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
import NIOCore

extension ReplicaManager {
    /// Takes a fetch of a consumer (`replica` -1) or a follower; answers when enough is there or its time is over.
    package mutating func fetch(
        _ id: RequestID,
        replica: Int32,
        wait: Duration,
        bytesMin: Int,
        bytesMax: Int,
        items: [FetchItem],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        if replica >= 0 {
            // A follower that asks anew, since it follows more partitions now, must not wait behind its older request.
            if let older = self.followerFetches[replica] {
                self.fetches[older]?.isDue = true
                self.completeFetch(older, now: now, &effects)
            }
            for item in items { self.noteProgress(of: replica, item, now: now, &effects) }
        }
        let number = self.takeNumber()
        var fetch = PendingFetch(
            id: id,
            replica: replica,
            bytesMin: bytesMin,
            bytesMax: bytesMax,
            deadline: now + wait,
            partitions: items
        )
        fetch.isDue = wait <= .zero || items.isEmpty
        self.fetches[number] = fetch
        self.completeFetch(number, now: now, &effects)
        if self.fetches[number]?.isReading == false { self.park(number, &effects) }
    }

    /// Lets a fetch wait on its partitions.
    private mutating func park(_ number: UInt64, _ effects: inout [BrokerEffect]) {
        guard let fetch = self.fetches[number] else { return }
        if fetch.replica >= 0 {
            self.followerFetches[fetch.replica] = number
        } else {
            for item in fetch.partitions { self.hosted[item.partition]?.readers.append(number) }
        }
        self.deadlines.add(number, at: fetch.deadline)
        self.schedulePurgatory(&effects)
    }

    private mutating func unpark(_ number: UInt64, _ fetch: PendingFetch) {
        if fetch.replica >= 0 {
            if self.followerFetches[fetch.replica] == number { self.followerFetches[fetch.replica] = nil }
        } else {
            for item in fetch.partitions { self.hosted[item.partition]?.readers.removeAll { $0 == number } }
        }
    }

    /// Forgets a fetch whose connection is gone.
    mutating func removeFetch(_ number: UInt64) {
        guard let fetch = self.fetches.removeValue(forKey: number) else { return }
        self.unpark(number, fetch)
    }

    /// Reads the logs for a fetch if there is something to tell, or its time is over.
    mutating func completeFetch(_ number: UInt64, now: Instant, _ effects: inout [BrokerEffect]) {
        guard let fetch = self.fetches[number], !fetch.isReading else { return }
        var reads: [LogRead] = []
        var readItems: [Int] = []
        var hasNews = false
        for (index, item) in fetch.partitions.enumerated() {
            switch self.outlook(for: item, replica: fetch.replica) {
            case .nothing: continue
            case .news: hasNews = true
            case .records(let endOffset):
                let read = LogRead(
                    partition: item.partition,
                    offset: item.offset,
                    endOffset: endOffset,
                    bytesMax: item.bytesMax
                )
                reads.append(read)
                readItems.append(index)
            }
        }
        guard hasNews || !reads.isEmpty || fetch.isDue else { return }
        self.unpark(number, fetch)
        self.fetches[number]?.isReading = true
        self.fetches[number]?.readItems = readItems
        if hasNews { self.fetches[number]?.isDue = true }
        if reads.isEmpty {
            self.answerFetch(number, records: [], &effects)
        } else {
            effects.append(.log(.read(fetch: number, reads, bytesMax: fetch.bytesMax)))
        }
    }

    /// The bytes of a fetch are there.
    package mutating func read(fetch number: UInt64, records: [Records], now: Instant, _ effects: inout [BrokerEffect])
    {
        guard let fetch = self.fetches[number] else { return }
        let total = records.reduce(0) { $0 + $1.count }
        if total < fetch.bytesMin, !fetch.isDue, now < fetch.deadline {
            self.fetches[number]?.isReading = false
            self.park(number, &effects)
        } else {
            self.answerFetch(number, records: records, &effects)
        }
    }

    private enum Outlook {
        case nothing
        /// An error, or where the logs part.
        case news
        case records(upTo: Int64)
    }

    private func outlook(for item: FetchItem, replica: Int32) -> Outlook {
        guard self.error(of: item, replica: replica) == .none, let partition = self.hosted[item.partition]?.partition,
            self.parting(of: item, from: partition) == nil
        else { return .news }
        let end = replica >= 0 ? partition.endOffset : partition.highWatermark
        return item.offset < end ? .records(upTo: end) : .nothing
    }

    /// Where a fetcher's log parts from the leader's.
    private func parting(of item: FetchItem, from partition: Partition) -> (epoch: Int32, endOffset: Int64)? {
        guard self.settings.defect != .noTruncation else { return nil }
        return partition.divergence(lastFetchedEpoch: item.lastFetchedEpoch, fetchOffset: item.offset)
    }

    private func error(of item: FetchItem, replica: Int32) -> ErrorCode {
        guard let hosted = self.hosted[item.partition] else { return .unknownTopicOrPartition }
        let partition = hosted.partition
        if item.leaderEpoch >= 0, item.leaderEpoch != partition.leaderEpoch {
            return item.leaderEpoch < partition.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
        }
        guard partition.isLeader, let log = partition.log, !self.isStopping || replica >= 0 else {
            return .notLeaderOrFollower
        }
        if replica >= 0, !partition.replicas.contains(replica) { return .notLeaderOrFollower }
        // A follower with a last epoch learns by divergence that its log is too long.
        if item.offset < log.startOffset || (item.offset > log.endOffset && item.lastFetchedEpoch < 0) {
            return .offsetOutOfRange
        }
        return .none
    }

    private mutating func noteProgress(
        of replica: Int32,
        _ item: FetchItem,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.error(of: item, replica: replica) == .none, let partition = self.hosted[item.partition]?.partition,
            self.parting(of: item, from: partition) == nil
        else { return }
        self.hosted[item.partition]?.partition.followerFetched(replica, offset: item.offset, now: now)
        self.advance(item.partition, now: now, &effects)
        self.considerExpansion(of: item.partition, by: replica, now: now)
    }

    /// Answers a fetch. A follower is told only of partitions with news: both ends are ours, and fetch sessions
    /// (KIP-227), which would do the same, are not spoken here.
    private mutating func answerFetch(_ number: UInt64, records: [Records], _ effects: inout [BrokerEffect]) {
        guard let fetch = self.fetches.removeValue(forKey: number) else { return }
        var results: [FetchResult] = []
        var nextRead = 0
        for (index, item) in fetch.partitions.enumerated() {
            var result = FetchResult(partition: item.partition)
            result.error = self.error(of: item, replica: fetch.replica)
            if let partition = self.hosted[item.partition]?.partition {
                result.highWatermark = partition.highWatermark
                result.logStartOffset = partition.log?.startOffset ?? -1
                if result.error == .none,
                    let end = self.parting(of: item, from: partition)
                {
                    result.divergingEpoch = end.epoch
                    result.divergingEndOffset = end.endOffset
                }
            }
            if nextRead < fetch.readItems.count, fetch.readItems[nextRead] == index {
                if nextRead < records.count { result.records = records[nextRead] }
                nextRead += 1
            }
            if fetch.replica >= 0, result.error == .none, result.divergingEndOffset < 0, result.records.count == 0,
                self.hosted[item.partition]?.partition.toldHighWatermark(fetch.replica) == result.highWatermark
            {
                continue
            }
            if fetch.replica >= 0 {
                self.hosted[item.partition]?.partition.tell(fetch.replica, highWatermark: result.highWatermark)
            }
            results.append(result)
        }
        effects.append(.reply(fetch.id, .fetch(FetchResponse(results))))
    }
}

extension FetchResponse {
    /// The response of these results, whose topics follow each other as in the request.
    init(_ results: [FetchResult]) {
        self.init()
        for result in results {
            var partition = PartitionData()
            partition.partitionIndex = result.partition.partition
            partition.errorCode = result.error
            partition.highWatermark = result.highWatermark
            partition.lastStableOffset = result.highWatermark
            partition.logStartOffset = result.logStartOffset
            partition.divergingEpoch.epoch = result.divergingEpoch
            partition.divergingEpoch.endOffset = result.divergingEndOffset
            partition.records = result.records.count == 0 ? .bytes(.init()) : result.records
            if self.responses.last?.topic != result.partition.topic {
                self.responses.append(FetchableTopicResponse { $0.topic = result.partition.topic })
            }
            self.responses[self.responses.count - 1].partitions.append(partition)
        }
    }
}
