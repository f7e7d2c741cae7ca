// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
package import NIOCore

extension ReplicaManager {
    /// One partition's batch of a produce request.
    package struct ProduceItem: Hashable, Sendable {
        package var partition: TopicPartition
        package var records: ByteBuffer?

        package init(partition: TopicPartition, records: ByteBuffer?) {
            self.partition = partition
            self.records = records
        }
    }

    /// Takes a produce request: appends what may be appended and answers now or when the replicas have it.
    package mutating func produce(
        _ id: RequestID,
        acks: Int16,
        timeout: Duration,
        items: [ProduceItem],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        let number = self.takeNumber()
        let results = items.map { ProduceResult(partition: $0.partition) }
        self.produces[number] = PendingProduce(
            id: id,
            acks: acks,
            deadline: now + timeout,
            results: results,
            openCount: items.count
        )
        for (slot, item) in items.enumerated() {
            let error = self.refusal(of: item, acks: acks)
            guard error == .none, let records = item.records, let hosted = self.hosted[item.partition] else {
                self.settle(.produce(number, slot: slot), error: error, &effects)
                continue
            }
            let token = AppendToken(partition: item.partition, waiter: .produce(number, slot: slot))
            effects.append(.log(.append(token, records: records, leaderEpoch: hosted.partition.leaderEpoch)))
        }
        if items.isEmpty {
            self.answer(number, &effects)
        } else {
            self.scheduleProduceTimer(now + timeout, &effects)
        }
    }

    /// Appends a coordinator's records with acks=all; `settled` in the events tells when they are committed.
    package mutating func produce(
        coordinator number: UInt64,
        to partition: TopicPartition,
        records: ByteBuffer,
        _ effects: inout [BrokerEffect]
    ) -> ErrorCode {
        let error = self.refusal(of: ProduceItem(partition: partition, records: records), acks: -1)
        guard error == .none, let hosted = self.hosted[partition] else { return error }
        let token = AppendToken(partition: partition, waiter: .coordinator(number))
        effects.append(.log(.append(token, records: records, leaderEpoch: hosted.partition.leaderEpoch)))
        return .none
    }

    private func refusal(of item: ProduceItem, acks: Int16) -> ErrorCode {
        guard acks == 0 || acks == 1 || acks == -1 else { return .invalidRequiredAcks }
        guard let hosted = self.hosted[item.partition] else { return .unknownTopicOrPartition }
        guard hosted.partition.isLeader, hosted.partition.log != nil, !self.isStopping, hosted.isConfigured else {
            return .notLeaderOrFollower
        }
        guard let records = item.records, records.readableBytes > 0 else { return .invalidRecord }
        guard records.readableBytes <= hosted.settings.messageBytesMax else { return .messageTooLarge }
        if acks == -1, hosted.partition.inSync.count < hosted.settings.minInSync { return .notEnoughReplicas }
        return .none
    }

    /// A client's batch was appended, or refused by the log.
    package mutating func appended(
        _ token: AppendToken,
        _ outcome: AppendOutcome,
        log: LogState,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        let id = token.partition
        self.hosted[id]?.partition.logChanged(log)
        switch outcome {
        case .refused(let error):
            self.settle(token.waiter, error: error, &effects)
        case .appended(let baseOffset, let lastOffset, let appendTimeMs):
            if case .produce(let number, let slot) = token.waiter {
                self.produces[number]?.results[slot].baseOffset = baseOffset
                self.produces[number]?.results[slot].logAppendTimeMs = appendTimeMs
                self.produces[number]?.results[slot].logStartOffset = log.startOffset
            }
            if self.mustReplicate(token.waiter), self.settings.defect != .ackBeforeReplication {
                let required = lastOffset + 1
                if let hosted = self.hosted[id], required > hosted.partition.highWatermark {
                    // A batch sent again may lie before others that wait: their order is by offset.
                    let index = hosted.acks.lastIndex { $0.requiredOffset <= required }.map { $0 + 1 } ?? 0
                    self.hosted[id]?.acks.insert(WaitingAck(requiredOffset: required, waiter: token.waiter), at: index)
                } else {
                    self.settleReplicated(token.waiter, on: id, &effects)
                }
            } else {
                self.settle(token.waiter, error: .none, &effects)
            }
            self.logGrew(id, now: now, &effects)
        }
    }

    private func mustReplicate(_ waiter: AckWaiter) -> Bool {
        switch waiter {
        case .produce(let number, _): self.produces[number]?.acks == -1
        case .coordinator: true
        }
    }

    /// The leader's log has more: followers that wait get it, and alone in sync it is committed at once.
    private mutating func logGrew(_ id: TopicPartition, now: Instant, _ effects: inout [BrokerEffect]) {
        self.advance(id, now: now, &effects)
        guard let replicas = self.hosted[id]?.partition.replicas else { return }
        for replica in replicas where replica != self.me {
            if let number = self.followerFetches[replica] { self.completeFetch(number, now: now, &effects) }
        }
    }

    /// Raises the high watermark as far as it goes and serves who waited for it.
    mutating func advance(_ id: TopicPartition, now: Instant, _ effects: inout [BrokerEffect]) {
        let me = self.me
        guard self.hosted[id]?.partition.advanceHighWatermark(me: me) == true,
            let highWatermark = self.hosted[id]?.partition.highWatermark,
            let waiting = self.hosted[id]?.acks
        else { return }
        let count = waiting.firstIndex { $0.requiredOffset > highWatermark } ?? waiting.count
        if count > 0 {
            self.hosted[id]?.acks.removeFirst(count)
            for ack in waiting[..<count] { self.settleReplicated(ack.waiter, on: id, &effects) }
        }
        if let readers = self.hosted[id]?.readers, !readers.isEmpty {
            for number in readers { self.completeFetch(number, now: now, &effects) }
        }
    }

    /// All in-sync replicas have it; with fewer of them than asked for, the client is told that it is not safe.
    private mutating func settleReplicated(_ waiter: AckWaiter, on id: TopicPartition, _ effects: inout [BrokerEffect])
    {
        guard let hosted = self.hosted[id] else { return }
        let isEnough = hosted.partition.inSync.count >= hosted.settings.minInSync
        self.settle(waiter, error: isEnough ? .none : .notEnoughReplicasAfterAppend, &effects)
    }

    /// A slot has its result; the last one answers the request.
    mutating func settle(_ waiter: AckWaiter, error: ErrorCode, _ effects: inout [BrokerEffect]) {
        switch waiter {
        case .coordinator(let number):
            self.settledWrites.append(SettledWrite(number: number, error: error))
        case .produce(let number, let slot):
            guard let result = self.produces[number]?.results[slot], !result.isSettled else { return }
            self.produces[number]?.results[slot].isSettled = true
            self.produces[number]?.results[slot].error = error
            if error != .none { self.produces[number]?.results[slot].baseOffset = -1 }
            self.produces[number]?.openCount -= 1
            if self.produces[number]?.openCount == 0 { self.answer(number, &effects) }
        }
    }

    private mutating func answer(_ number: UInt64, _ effects: inout [BrokerEffect]) {
        guard let pending = self.produces.removeValue(forKey: number) else { return }
        if pending.acks == 0 {
            // Without an answer, closing the connection is the only way to tell of an error.
            let failed = pending.results.contains { $0.error != .none }
            effects.append(failed ? .closeConnection(pending.id.connection) : .noReply(pending.id))
        } else {
            effects.append(.reply(pending.id, .produce(ProduceResponse(pending.results))))
        }
    }

    /// The replicas did not have it in time; it may still be committed later.
    private mutating func produceTimedOut(_ number: UInt64, _ effects: inout [BrokerEffect]) {
        guard let results = self.produces[number]?.results else { return }
        for (slot, result) in results.enumerated() where !result.isSettled {
            self.settle(.produce(number, slot: slot), error: .requestTimedOut, &effects)
        }
    }

    /// Answers the produce requests whose time is over.
    package mutating func produceTimerFired(now: Instant, _ effects: inout [BrokerEffect]) {
        self.produceTimer = .distantFuture
        for number in self.produces.keys.sorted() {
            guard let deadline = self.produces[number]?.deadline else { continue }
            if deadline <= now {
                self.produceTimedOut(number, &effects)
            } else {
                self.scheduleProduceTimer(deadline, &effects)
            }
        }
    }

    /// One timer serves all produce requests, since nearly all of them are answered long before their time.
    private mutating func scheduleProduceTimer(_ deadline: Instant, _ effects: inout [BrokerEffect]) {
        guard deadline < self.produceTimer else { return }
        self.produceTimer = deadline
        effects.append(.setTimer(.produceTimeouts, at: deadline))
    }
}

extension ProduceResponse {
    /// The response of these results, whose topics follow each other as in the request.
    init(_ results: [ProduceResult]) {
        self.init()
        for result in results {
            var partition = PartitionProduceResponse()
            partition.index = result.partition.partition
            partition.errorCode = result.error
            partition.baseOffset = result.baseOffset
            partition.logAppendTimeMs = result.logAppendTimeMs
            partition.logStartOffset = result.logStartOffset
            if self.responses.last?.name != result.partition.topic {
                self.responses.append(TopicProduceResponse { $0.name = result.partition.topic })
            }
            self.responses[self.responses.count - 1].partitionResponses.append(partition)
        }
    }
}
