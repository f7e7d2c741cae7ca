// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KafkaProtocol
package import NIOCore

/// What one partition of `__consumer_offsets` says: the replicated state of its groups. Replaying the partition's
/// records gives the state that was live.
package struct OffsetsStore: Hashable, Sendable {
    /// A group as the records describe it.
    package struct StoredGroup: Hashable, Sendable {
        /// The last generation stored; nil when only offsets were.
        package var metadata: GroupMetadata?
        /// The committed offsets; looked up, and sorted where they are iterated.
        package var offsets: [TopicPartition: CommittedOffset] = [:]
    }

    /// By group; looked up, and sorted where it is iterated.
    package private(set) var groups: [String: StoredGroup] = [:]

    /// Nothing stored.
    package init() {}

    /// Takes a record; the only way that the state changes.
    package mutating func apply(_ record: OffsetsRecord) {
        switch record {
        case .offset(let group, let partition, let offset):
            self.groups[group, default: StoredGroup()].offsets[partition] = offset
        case .group(let group, .some(let metadata)):
            self.groups[group, default: StoredGroup()].metadata = metadata
        case .group(let group, .none):
            self.groups[group]?.metadata = nil
        }
        self.dropIfGone(record)
    }

    private mutating func dropIfGone(_ record: OffsetsRecord) {
        let group: String
        switch record {
        case .offset(let id, _, .none), .group(let id, .none): group = id
        case .offset, .group: return
        }
        if let stored = self.groups[group], stored.metadata == nil, stored.offsets.isEmpty {
            self.groups[group] = nil
        }
    }

    /// Takes all records of some batches, in order. Batches that are compressed or damaged are not ours and are skipped.
    package mutating func apply(batches: ByteBuffer) throws(WireError) {
        var rest = batches
        while let batch = try RecordBatch.next(from: &rest) {
            guard !batch.attributes.isControl, batch.attributes.codec == .none else { continue }
            for record in try batch.records() {
                guard let key = record.key, let change = try OffsetsRecord(key: key, value: record.value) else {
                    continue
                }
                self.apply(change)
            }
        }
    }
}
