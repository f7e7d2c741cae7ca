// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// Committing offsets and asking for them.
extension GroupCoordinator {
    mutating func commit(
        _ request: IncomingRequest,
        _ body: OffsetCommitRequest,
        now: Instant,
        _ effects: inout [Effect]
    ) {
        let error = self.commitRefusal(body)
        var records: [OffsetsRecord] = []
        var response = OffsetCommitResponse()
        for topic in body.topics {
            var results = OffsetCommitResponse.OffsetCommitResponseTopic { $0.name = topic.name }
            for item in topic.partitions {
                let metadata = item.committedMetadata ?? ""
                let isTooLarge = metadata.utf8.count > self.settings.offsetMetadataBytesMax
                results.partitions.append(
                    .init {
                        $0.partitionIndex = item.partitionIndex
                        $0.errorCode = error == .none && isTooLarge ? .offsetMetadataTooLarge : error
                    }
                )
                guard error == .none, !isTooLarge else { continue }
                let offset = CommittedOffset(
                    offset: item.committedOffset,
                    leaderEpoch: item.committedLeaderEpoch,
                    metadata: metadata,
                    commitTimestamp: item.commitTimestamp >= 0 ? item.commitTimestamp : self.wallClockMs(now)
                )
                records.append(.offset(group: body.groupId, TopicPartition(topic.name, item.partitionIndex), offset))
            }
            response.topics.append(results)
        }
        guard !records.isEmpty else {
            effects.append(.reply(request.id, .offsetCommit(response)))
            return
        }
        if var group = self.group(body.groupId) {
            group.touch(body.memberId, now: now)
            self.put(group)
        }
        self.append(
            Write(
                partition: self.partition(of: body.groupId),
                group: body.groupId,
                records: records,
                purpose: .offsets(request.id, response)
            ),
            now: now,
            &effects
        )
    }

    private func commitRefusal(_ body: OffsetCommitRequest) -> ErrorCode {
        guard !body.groupId.isEmpty else { return .invalidGroupId }
        let error = self.refusal(for: body.groupId)
        guard error == .none else { return error }
        guard let group = self.group(body.groupId) else {
            // A client that assigns partitions itself and uses the group only to keep its offsets.
            return body.generationId < 0 ? .none : .illegalGeneration
        }
        switch group.state {
        case .dead: return .coordinatorNotAvailable
        case .empty where body.generationId < 0: return .none
        case .empty: return .unknownMemberId
        case .preparingRebalance, .completingRebalance, .stable:
            let error = Self.refusal(of: body.memberId, body.groupInstanceId, generation: body.generationId, in: group)
            if error != .none { return error }
            return group.state == .completingRebalance ? .rebalanceInProgress : .none
        }
    }

    /// The offsets are committed, or will not be.
    mutating func offsetsSettled(
        _ id: RequestID,
        _ response: OffsetCommitResponse,
        of group: String,
        error: ErrorCode,
        _ effects: inout [Effect]
    ) {
        var response = response
        if error == .none {
            if self.group(group) == nil { self.put(Group(id: group)) }
        } else {
            let error = Self.clientError(for: error)
            for topic in response.topics.indices {
                for item in response.topics[topic].partitions.indices
                where response.topics[topic].partitions[item].errorCode == .none {
                    response.topics[topic].partitions[item].errorCode = error
                }
            }
        }
        effects.append(.reply(id, .offsetCommit(response)))
    }

    // MARK: - Fetching

    func fetchOffsets(_ request: IncomingRequest, _ body: OffsetFetchRequest, _ effects: inout [Effect]) {
        let error = self.refusal(for: body.groupId)
        var response = OffsetFetchResponse { $0.errorCode = error }
        let stored = error == .none ? self.store(of: self.partition(of: body.groupId))?.groups[body.groupId] : nil
        let offsets = stored?.offsets ?? [:]
        let wanted =
            body.topics?.flatMap { topic in topic.partitionIndexes.map { TopicPartition(topic.name, $0) } }
            ?? offsets.keys.sorted()
        // Before version 2 an error has no place but beside each partition.
        let partitionError = request.version < 2 ? error : .none
        for partition in error == .none || request.version < 2 ? wanted : [] {
            if response.topics.last?.name != partition.topic {
                response.topics.append(.init { $0.name = partition.topic })
            }
            let offset = offsets[partition]
            response.topics[response.topics.count - 1].partitions.append(
                .init {
                    $0.partitionIndex = partition.partition
                    $0.committedOffset = offset?.offset ?? -1
                    $0.committedLeaderEpoch = offset?.leaderEpoch ?? -1
                    $0.metadata = offset?.metadata ?? ""
                    $0.errorCode = partitionError
                }
            )
        }
        effects.append(.reply(request.id, .offsetFetch(response)))
    }
}
