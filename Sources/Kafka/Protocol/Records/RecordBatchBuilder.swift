// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Puts records into one uncompressed batch, for `__consumer_offsets` and for tests.
package struct RecordBatchBuilder: Sendable {
    private var body = ByteBuffer()
    private var count: Int32 = 0
    private let baseTimestamp: Int64
    private var maxTimestamp: Int64
    private let producer: Producer?

    /// The idempotent producer that a batch is from.
    package struct Producer: Hashable, Sendable {
        /// The producer's id.
        package var id: Int64
        /// The producer's epoch.
        package var epoch: Int16
        /// The number of the batch's first record.
        package var baseSequence: Int32

        /// A producer with the number of the batch's first record.
        package init(id: Int64, epoch: Int16, baseSequence: Int32) {
            self.id = id
            self.epoch = epoch
            self.baseSequence = baseSequence
        }
    }

    /// A builder whose records' times count from `baseTimestamp`, in ms since 1970.
    package init(baseTimestamp: Int64, producer: Producer? = nil) {
        self.baseTimestamp = baseTimestamp
        self.maxTimestamp = baseTimestamp
        self.producer = producer
    }

    /// Whether nothing was appended yet.
    package var isEmpty: Bool { self.count == 0 }

    /// Appends a record; `timestamp` nil means the base.
    package mutating func append(
        key: ByteBuffer?,
        value: ByteBuffer?,
        timestamp: Int64? = nil,
        headers: [Record.Header] = []
    ) {
        let timestamp = timestamp ?? self.baseTimestamp
        self.maxTimestamp = max(self.maxTimestamp, timestamp)
        var record = ByteBuffer()
        record.writeInteger(0 as Int8)
        record.writeVarint(timestamp - self.baseTimestamp)
        record.writeVarint(Int64(self.count))
        Self.write(key, into: &record)
        Self.write(value, into: &record)
        record.writeVarint(Int64(headers.count))
        for header in headers {
            Self.write(ByteBuffer(string: header.key), into: &record)
            Self.write(header.value, into: &record)
        }
        self.body.writeVarint(Int64(record.readableBytes))
        self.body.writeBuffer(&record)
        self.count += 1
    }

    private static func write(_ field: ByteBuffer?, into record: inout ByteBuffer) {
        record.writeVarint(field.map { Int64($0.readableBytes) } ?? -1)
        if let field { record.writeImmutableBuffer(field) }
    }

    /// The batch, with its checksum; its first offset is to be stamped by the log.
    package func build(baseOffset: Int64 = 0, partitionLeaderEpoch: Int32 = -1) -> ByteBuffer {
        var batch = ByteBuffer()
        batch.reserveCapacity(RecordBatch.headerBytes + self.body.readableBytes)
        batch.writeInteger(baseOffset)
        batch.writeInteger(Int32(RecordBatch.headerBytes - RecordBatch.overheadBytes + self.body.readableBytes))
        batch.writeInteger(partitionLeaderEpoch)
        batch.writeInteger(2 as Int8)
        batch.writeInteger(0 as UInt32)  // the checksum: below
        batch.writeInteger(0 as Int16)
        batch.writeInteger(self.count - 1)
        batch.writeInteger(self.baseTimestamp)
        batch.writeInteger(self.maxTimestamp)
        batch.writeInteger(self.producer?.id ?? -1)
        batch.writeInteger(self.producer?.epoch ?? -1)
        batch.writeInteger(self.producer?.baseSequence ?? -1)
        batch.writeInteger(self.count)
        batch.writeImmutableBuffer(self.body)
        let checksum = batch.withUnsafeReadableBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[21...]))
        }
        batch.setInteger(checksum, at: 17)
        return batch
    }
}
