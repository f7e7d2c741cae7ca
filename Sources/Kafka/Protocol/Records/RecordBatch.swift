// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// A view over one record batch of format 2, as it is on the wire and on disk.
///
/// The header is at hand; the records stay bytes until ``records()`` opens them, compressed ones are never opened.
package struct RecordBatch: Hashable, Sendable {
    /// Exactly the batch's bytes.
    package private(set) var bytes: ByteBuffer

    /// The size of a batch's header in bytes.
    package static let headerBytes = 61
    /// The size in bytes of what precedes the part that a batch's length counts.
    package static let overheadBytes = 12
    /// The offset in the batch at which the bytes begin that the checksum covers.
    private static let checksummedFrom = 21

    /// Cuts the first batch off the front of `buffer`.
    ///
    /// The sizes and the format are checked, the checksum is not (see ``validate()``).
    /// - Returns: nil, and an untouched buffer, when not all of the batch is there (the end of a fetched range).
    /// - Throws: ``WireError`` for a batch of an older format or an impossible size.
    package static func next(from buffer: inout ByteBuffer) throws(WireError) -> RecordBatch? {
        let start = buffer.readerIndex
        guard let length = buffer.getInteger(at: start + 8, as: Int32.self), buffer.readableBytes >= 17 else {
            return nil
        }
        guard let magic = buffer.getInteger(at: start + 16, as: Int8.self), magic == 2 else {
            throw WireError(.corruptRecords, "a batch that is not of format 2")
        }
        guard length >= Self.headerBytes - Self.overheadBytes, length <= Limits.batchBytesMax else {
            throw WireError(.corruptRecords, "a batch of \(length) bytes")
        }
        guard let slice = buffer.readSlice(length: Self.overheadBytes + Int(length)) else { return nil }
        return RecordBatch(unchecked: slice)
    }

    /// The only batch in `bytes`.
    /// - Throws: ``WireError`` when they are not exactly one whole batch.
    package init(_ bytes: ByteBuffer) throws(WireError) {
        var rest = bytes
        guard let batch = try Self.next(from: &rest), rest.readableBytes == 0 else {
            throw WireError(.corruptRecords, "\(bytes.readableBytes) bytes are not one record batch")
        }
        self = batch
    }

    private init(unchecked bytes: ByteBuffer) {
        self.bytes = bytes
    }

    /// An integer of the header; its presence was checked when the batch was cut.
    @inline(__always)
    private func integer<Integer: FixedWidthInteger>(at position: Int, as type: Integer.Type) -> Integer {
        self.bytes.getInteger(at: self.bytes.readerIndex + position, as: type) ?? 0
    }

    /// The size of the whole batch in bytes.
    package var count: Int { self.bytes.readableBytes }
    /// The offset of the first record.
    package var baseOffset: Int64 { self.integer(at: 0, as: Int64.self) }
    /// The leader epoch under which it was appended.
    package var partitionLeaderEpoch: Int32 { self.integer(at: 12, as: Int32.self) }
    /// The checksum that it carries.
    package var checksum: UInt32 { self.integer(at: 17, as: UInt32.self) }
    /// Codec, time, transaction and control bits.
    package var attributes: Attributes { Attributes(rawValue: self.integer(at: 21, as: Int16.self)) }
    /// The last record's offset less the first's.
    package var lastOffsetDelta: Int32 { self.integer(at: 23, as: Int32.self) }
    /// The time that the records' times count from, in ms since 1970.
    package var baseTimestamp: Int64 { self.integer(at: 27, as: Int64.self) }
    /// The latest time of a record, in ms since 1970.
    package var maxTimestamp: Int64 { self.integer(at: 35, as: Int64.self) }
    /// The idempotent producer's id; -1 for a plain one.
    package var producerId: Int64 { self.integer(at: 43, as: Int64.self) }
    /// The idempotent producer's epoch; -1 for a plain one.
    package var producerEpoch: Int16 { self.integer(at: 51, as: Int16.self) }
    /// The first record's number in the producer's sequence; -1 for a plain one.
    package var baseSequence: Int32 { self.integer(at: 53, as: Int32.self) }
    /// How many records it says that it holds.
    package var recordCount: Int32 { self.integer(at: 57, as: Int32.self) }

    /// The offset of the last record.
    package var lastOffset: Int64 { self.baseOffset &+ Int64(self.lastOffsetDelta) }
    /// The offset after the last record.
    package var nextOffset: Int64 { self.lastOffset &+ 1 }
    /// The last record's number in the producer's sequence; sequences begin anew at 0 after 2³¹-1.
    package var lastSequence: Int32 {
        Int32(truncatingIfNeeded: (Int64(self.baseSequence) + Int64(self.lastOffsetDelta)) & 0x7fff_ffff)
    }

    /// Writes the offset and the leader epoch that the log gives it; the checksum covers neither.
    package mutating func stamp(baseOffset: Int64, partitionLeaderEpoch: Int32) {
        let start = self.bytes.readerIndex
        self.bytes.setInteger(baseOffset, at: start)
        self.bytes.setInteger(partitionLeaderEpoch, at: start + 12)
    }

    /// Whether the bytes are those that the checksum was made of.
    package var isChecksumValid: Bool {
        self.bytes.withUnsafeReadableBytes { bytes in
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[Self.checksummedFrom...])) == self.checksum
        }
    }
}

extension RecordBatch {
    /// The bits of a batch that say how to read it.
    package struct Attributes: RawRepresentable, Hashable, Sendable {
        /// The bits on the wire.
        package var rawValue: Int16

        /// Attributes of those bits.
        package init(rawValue: Int16) {
            self.rawValue = rawValue
        }

        /// How the records are compressed.
        package var codec: CompressionCodec { CompressionCodec(rawValue: Int8(self.rawValue & 7)) }
        /// Whether the records' time is that of the append.
        package var isLogAppendTime: Bool { self.rawValue & 8 != 0 }
        /// Whether the batch is part of a transaction.
        package var isTransactional: Bool { self.rawValue & 16 != 0 }
        /// Whether it holds markers that consumers do not see.
        package var isControl: Bool { self.rawValue & 32 != 0 }
    }
}

/// How a batch's records are compressed. Unknown codecs survive decoding.
package struct CompressionCodec: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number on the wire.
    package var rawValue: Int8

    /// The codec of that number.
    package init(rawValue: Int8) {
        self.rawValue = rawValue
    }

    package static let none = CompressionCodec(rawValue: 0)
    package static let gzip = CompressionCodec(rawValue: 1)
    package static let snappy = CompressionCodec(rawValue: 2)
    package static let lz4 = CompressionCodec(rawValue: 3)
    package static let zstd = CompressionCodec(rawValue: 4)

    /// Kafka's name of the codec.
    package var description: String {
        let names = ["none", "gzip", "snappy", "lz4", "zstd"]
        let index = Int(self.rawValue)
        return names.indices.contains(index) ? names[index] : "codec \(self.rawValue)"
    }
}
