// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaLog
import KafkaProtocol
import NIOCore
import Simulation

/// A batch of records with these values, a ms apart from `time` on.
func batch(
    _ values: [String],
    time: Int64 = 1000,
    producer: RecordBatchBuilder.Producer? = nil,
    baseOffset: Int64 = 0,
    epoch: Int32 = -1
) -> ByteBuffer {
    var builder = RecordBatchBuilder(baseTimestamp: time, producer: producer)
    for (index, value) in values.enumerated() {
        builder.append(key: nil, value: ByteBuffer(string: value), timestamp: time + Int64(index))
    }
    return builder.build(baseOffset: baseOffset, partitionLeaderEpoch: epoch)
}

/// A batch of an idempotent producer.
func idempotent(_ id: Int64, epoch: Int16 = 0, sequence: Int32, count: Int = 1) -> ByteBuffer {
    batch(
        (0..<count).map { "\(id)/\(sequence + Int32($0))" },
        producer: .init(id: id, epoch: epoch, baseSequence: sequence)
    )
}

let name = PartitionName(topic: "probe", partition: 3)

extension PartitionLog {
    /// Appends in epoch 0, at time 0.
    @discardableResult
    func append(_ records: ByteBuffer, epoch: Int32 = 0) throws -> AppendResult {
        try self.append(records, leaderEpoch: epoch, nowMs: 0)
    }

    /// The values of all records from an offset on, and their offsets.
    func values(from offset: Int64? = nil, upTo endOffset: Int64? = nil) throws -> [Int64: String] {
        var values: [Int64: String] = [:]
        try self.readAll(from: offset ?? self.startOffset, upTo: endOffset ?? self.endOffset) { bytes in
            var rest = bytes
            while let batch = try RecordBatch.next(from: &rest) {
                for record in try batch.records() {
                    values[record.offset] = record.value.map { String(buffer: $0) } ?? ""
                }
            }
        }
        return values
    }
}
