// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol

/// A ListOffsets request that waits for lookups in logs.
struct PendingLookup: Hashable, Sendable {
    var id: RequestID
    var response: ListOffsetsResponse
    /// Where in the response each partition's answer belongs.
    var open: [TopicPartition: [Int]]
}

extension Broker {
    // MARK: - What the logs say

    mutating func log(_ event: LogAnswer, now: Instant, _ effects: inout [BrokerEffect]) {
        switch event {
        case .opened(let id, let state):
            self.replicas.opened(id, log: state, now: now, &effects)
            if self.replicas.partition(id)?.isLeader == true {
                self.leadershipChanged(gained: [id], lost: [], now: now, &effects)
            }
        case .appended(let token, let outcome, let state):
            self.replicas.appended(token, outcome, log: state, now: now, &effects)
        case .changed(let id, let state, let error, let leader):
            self.replicas.changed(id, log: state, error: error, leader: leader, now: now, &effects)
        case .read(let fetch, let records):
            self.replicas.read(fetch: fetch, records: records, now: now, &effects)
        case .foundTimestamp(let lookup, let id, let offset, let timestampMs, let leaderEpoch):
            self.lookedUp(lookup, id, offset: offset, timestampMs: timestampMs, leaderEpoch: leaderEpoch, &effects)
        case .loaded(let id, let batches):
            self.groupsLoaded(id, batches, now: now, &effects)
        case .failed(let id, let reason):
            effects.append(.note("\(id) is offline: \(reason)"))
            self.replicas.stopReplica(id, delete: false, now: now, &effects)
        }
    }

    // MARK: - Offsets

    mutating func listOffsets(
        _ id: RequestID,
        _ request: ListOffsetsRequest,
        version: Int16,
        _ effects: inout [BrokerEffect]
    ) {
        var response = ListOffsetsResponse()
        var open: [TopicPartition: [Int]] = [:]
        var searches: [(TopicPartition, Int64)] = []
        for topic in request.topics {
            var answer = ListOffsetsResponse.ListOffsetsTopicResponse()
            answer.name = topic.name
            for wanted in topic.partitions {
                let partitionID = TopicPartition(topic.name, wanted.partitionIndex)
                var result = ListOffsetsResponse.ListOffsetsPartitionResponse()
                result.partitionIndex = wanted.partitionIndex
                result.errorCode = self.refusal(of: partitionID, leaderEpoch: wanted.currentLeaderEpoch)
                if result.errorCode == .none, let partition = self.replicas.partition(partitionID),
                    let log = partition.log
                {
                    switch wanted.timestamp {
                    case -1:
                        let isFollower = request.replicaId >= 0
                        result.offset = isFollower ? log.endOffset : partition.highWatermark
                        result.leaderEpoch = partition.leaderEpoch
                        result.oldStyleOffsets = [result.offset]
                    case -2:
                        result.offset = log.startOffset
                        result.leaderEpoch = log.epochs.first?.epoch ?? partition.leaderEpoch
                        result.oldStyleOffsets = [result.offset]
                    default:
                        open[partitionID] = [response.topics.count, answer.partitions.count]
                        searches.append((partitionID, wanted.timestamp))
                    }
                }
                answer.partitions.append(result)
            }
            response.topics.append(answer)
        }
        guard !searches.isEmpty else {
            effects.append(.reply(id, .listOffsets(response)))
            return
        }
        let number = self.nextLocal
        self.nextLocal += 1
        self.lookups[number] = PendingLookup(id: id, response: response, open: open)
        for (partition, timestamp) in searches {
            effects.append(.log(.findTimestamp(lookup: number, partition, timestampMs: timestamp)))
        }
    }

    private mutating func lookedUp(
        _ lookup: UInt64,
        _ id: TopicPartition,
        offset: Int64,
        timestampMs: Int64,
        leaderEpoch: Int32,
        _ effects: inout [BrokerEffect]
    ) {
        guard var pending = self.lookups[lookup], let place = pending.open.removeValue(forKey: id) else { return }
        // Records that are not committed yet are not there for a consumer.
        let isCommitted = offset >= 0 && offset < (self.replicas.partition(id)?.highWatermark ?? 0)
        if isCommitted {
            pending.response.topics[place[0]].partitions[place[1]].offset = offset
            pending.response.topics[place[0]].partitions[place[1]].timestamp = timestampMs
            pending.response.topics[place[0]].partitions[place[1]].leaderEpoch = leaderEpoch
            pending.response.topics[place[0]].partitions[place[1]].oldStyleOffsets = [offset]
        }
        self.lookups[lookup] = pending.open.isEmpty ? nil : pending
        if pending.open.isEmpty { effects.append(.reply(pending.id, .listOffsets(pending.response))) }
    }

    private func refusal(of id: TopicPartition, leaderEpoch: Int32) -> ErrorCode {
        guard let partition = self.replicas.partition(id) else { return .unknownTopicOrPartition }
        if leaderEpoch >= 0, leaderEpoch != partition.leaderEpoch {
            return leaderEpoch < partition.leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
        }
        return partition.isLeader && partition.log != nil ? .none : .notLeaderOrFollower
    }

    mutating func offsetForLeaderEpoch(
        _ id: RequestID,
        _ request: OffsetForLeaderEpochRequest,
        _ effects: inout [BrokerEffect]
    ) {
        var response = OffsetForLeaderEpochResponse()
        for topic in request.topics {
            var answer = OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult()
            answer.topic = topic.topic
            for wanted in topic.partitions {
                let partitionID = TopicPartition(topic.topic, wanted.partition)
                var result = OffsetForLeaderEpochResponse.EpochEndOffset()
                result.partition = wanted.partition
                result.errorCode = self.refusal(of: partitionID, leaderEpoch: wanted.currentLeaderEpoch)
                if result.errorCode == .none, let partition = self.replicas.partition(partitionID),
                    let log = partition.log
                {
                    if wanted.leaderEpoch == partition.leaderEpoch {
                        result.leaderEpoch = wanted.leaderEpoch
                        result.endOffset = log.endOffset
                    } else if wanted.leaderEpoch < partition.leaderEpoch,
                        let end = log.end(ofEpoch: wanted.leaderEpoch)
                    {
                        result.leaderEpoch = end.epoch
                        result.endOffset = end.endOffset
                    }
                }
                answer.partitions.append(result)
            }
            response.topics.append(answer)
        }
        effects.append(.reply(id, .offsetForLeaderEpoch(response)))
    }

    // MARK: - Producer ids

    mutating func initProducerID(
        _ id: RequestID,
        _ request: InitProducerIdRequest,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard request.transactionalId == nil else {
            var response = InitProducerIdResponse()
            response.errorCode = .invalidRequest  // transactions are not spoken here
            effects.append(.reply(id, .initProducerId(response)))
            return
        }
        self.producerIDWaiters.append(id)
        if self.producerIDs.isEmpty {
            if self.producerIDWaiters.count == 1 { self.readProducerIDBlock(&effects) }
        } else {
            self.giveProducerIDs(&effects)
        }
    }

    private mutating func giveProducerIDs(_ effects: inout [BrokerEffect]) {
        while !self.producerIDs.isEmpty, !self.producerIDWaiters.isEmpty {
            var response = InitProducerIdResponse()
            response.producerId = self.producerIDs.lowerBound
            response.producerEpoch = 0
            self.producerIDs = self.producerIDs.dropFirst()
            effects.append(.reply(self.producerIDWaiters.removeFirst(), .initProducerId(response)))
        }
        if !self.producerIDWaiters.isEmpty { self.readProducerIDBlock(&effects) }
    }

    /// Takes the next block of ids from ZooKeeper: reads the last one, then claims what follows if nobody was faster.
    func readProducerIDBlock(_ effects: inout [BrokerEffect]) {
        effects.append(.zookeeper(.get(path: ZooKeeperPath.producerIDBlock, watch: false), .producerIDBlock))
    }

    mutating func producerIDBlockAnswered(
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard case .data(let text, let stat) = reply else {
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
            return
        }
        let first = ProducerIDBlockNode.lastID(text).map { $0 + 1 } ?? 0
        let next = ProducerIDBlockNode.text(broker: self.me, first: first)
        effects.append(
            .zookeeper(
                .set(path: ZooKeeperPath.producerIDBlock, data: next, version: stat.version),
                .producerIDClaim(first: first)
            )
        )
    }

    mutating func producerIDClaimAnswered(
        _ first: Int64,
        _ reply: ZooKeeperReply,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        switch reply {
        case .stat, .done:
            self.producerIDs = first..<first + Limits.producerIDBlockSize
            self.giveProducerIDs(&effects)
        case .failure(.badVersion):
            self.readProducerIDBlock(&effects)
        case .failure, .data, .children:
            effects.append(.setTimer(.zookeeper, at: now + Limits.zookeeperBackoff))
        }
    }
}
