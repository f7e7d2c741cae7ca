// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// Gaining and losing partitions, and what becomes of writes.
extension GroupCoordinator {
    /// Takes over what a partition holds. Its members get a full session to be heard of.
    mutating func load(_ partition: Int32, _ batches: [ByteBuffer], now: Instant) {
        guard case .loading = self.shards[partition] else { return }  // lost again in the meantime
        var shard = ActiveShard()
        for bytes in batches {
            do {
                try shard.store.apply(batches: bytes)
            } catch {
                // Only a record that was never ours can be damaged behind a right checksum; the rest still counts.
                continue
            }
        }
        for (id, stored) in shard.store.groups { shard.groups[id] = Group(id: id, stored: stored, now: now) }
        self.shards[partition] = .active(shard)
    }

    /// Lets go of a partition: everybody who waits is sent to the new coordinator.
    mutating func resign(_ partition: Int32, _ effects: inout [Effect]) {
        let waiting = self.writes.filter { $0.value.partition == partition }.sorted { $0.key < $1.key }
        for (number, write) in waiting {
            self.writes[number] = nil
            switch write.purpose {
            case .assignments, .emptyGroup: break
            case .offsets(let id, let response):
                self.offsetsSettled(id, response, of: write.group, error: .notLeaderOrFollower, &effects)
            case .deletion(let id):
                self.deletionSettled(id, of: write.group, error: .notLeaderOrFollower, &effects)
            }
        }
        guard let shard = self.shards.removeValue(forKey: partition), case .active(let active) = shard else { return }
        for id in active.groups.keys.sorted() {
            for member in active.groups[id]?.orderedMembers ?? [] {
                if let parked = member.join {
                    Self.refuseJoin(parked.id, .notCoordinator, memberId: member.id, &effects)
                }
                if let parked = member.sync { Self.refuseSync(parked.id, .notCoordinator, &effects) }
            }
        }
    }

    /// A write is committed, or will not be.
    mutating func settle(_ number: UInt64, _ error: ErrorCode, now: Instant, _ effects: inout [Effect]) {
        guard let write = self.writes.removeValue(forKey: number) else { return }  // the partition was lost since
        if error == .none, case .active(var shard) = self.shards[write.partition] {
            self.shards[write.partition] = .loading  // no copy of what is changed
            for record in write.records { shard.store.apply(record) }
            self.shards[write.partition] = .active(shard)
        }
        switch write.purpose {
        case .emptyGroup: break  // should it fail, the group is empty all the same once its stored members lapse
        case .offsets(let id, let response):
            self.offsetsSettled(id, response, of: write.group, error: error, &effects)
        case .deletion(let id):
            self.deletionSettled(id, of: write.group, error: error, &effects)
        case .assignments:
            for record in write.records {
                if case .group(let id, .some(let metadata)) = record {
                    self.assignmentsSettled(metadata, of: id, error: error, now: now, &effects)
                }
            }
        }
    }

    /// What a client is told when a write to `__consumer_offsets` failed, as Kafka translates it.
    static func clientError(for error: ErrorCode) -> ErrorCode {
        switch error {
        case .notLeaderOrFollower, .kafkaStorageError: .notCoordinator
        case .unknownTopicOrPartition, .notEnoughReplicas, .notEnoughReplicasAfterAppend, .requestTimedOut:
            .coordinatorNotAvailable
        case .messageTooLarge, .recordListTooLarge, .invalidFetchSize: .unknownServerError
        default: error
        }
    }
}
