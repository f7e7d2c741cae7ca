// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// One record of a batch.
package struct Record: Hashable, Sendable {
    /// A named value beside a record.
    package struct Header: Hashable, Sendable {
        /// The name.
        package var key: String
        /// The value, or null.
        package var value: ByteBuffer?

        /// A header of that name.
        package init(key: String, value: ByteBuffer?) {
            self.key = key
            self.value = value
        }
    }

    /// Its offset in the log.
    package var offset: Int64
    /// Its time in ms since 1970.
    package var timestamp: Int64
    /// The key, or null.
    package var key: ByteBuffer?
    /// The value, or null (a deletion, in a compacted topic).
    package var value: ByteBuffer?
    /// Named values beside it.
    package var headers: [Header]

    /// A record of these parts.
    package init(offset: Int64, timestamp: Int64, key: ByteBuffer?, value: ByteBuffer?, headers: [Header] = []) {
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

extension RecordBatch {
    /// Checks what a producer or leader sent: the checksum, the count, and, where they are not compressed, that the
    /// records' sizes and offsets fit together.
    /// - Throws: ``WireError`` with code `corruptRecords`.
    package func validate() throws(WireError) {
        guard self.isChecksumValid else {
            throw WireError(.corruptRecords, "the checksum of a batch of \(self.count) bytes does not fit")
        }
        guard self.recordCount > 0, self.lastOffsetDelta == self.recordCount - 1 else {
            throw WireError(
                .corruptRecords,
                "a batch of \(self.recordCount) records with last offset delta \(self.lastOffsetDelta)"
            )
        }
        guard self.attributes.codec == .none else { return }
        let count = Int64(self.recordCount)
        let fault = self.bytes.withUnsafeReadableBytes { bytes in
            Self.fault(in: UnsafeRawBufferPointer(rebasing: bytes[Self.headerBytes...]), count: count)
        }
        if let fault { throw WireError(.corruptRecords, fault) }
    }

    /// What is wrong with the sizes and offsets of records; nil when they fit together.
    ///
    /// On raw bytes, since every record that a producer sends passes here.
    private static func fault(in bytes: UnsafeRawBufferPointer, count: Int64) -> String? {
        var position = 0
        for index in 0..<count {
            guard let length = Self.varint(in: bytes, at: &position), length >= 1, length <= bytes.count - position
            else {
                return "record \(index) is longer than its batch"
            }
            let end = position + Int(length)
            position += 1  // attributes: none are defined
            guard Self.varint(in: bytes, at: &position) != nil, let delta = Self.varint(in: bytes, at: &position),
                delta == index, position <= end
            else {
                return "record \(index) has another offset"
            }
            position = end
        }
        return position == bytes.count ? nil : "\(bytes.count - position) bytes behind the last record"
    }

    @inline(__always)
    private static func varint(in bytes: UnsafeRawBufferPointer, at position: inout Int) -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 70, position < bytes.count {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int64(bitPattern: (value >> 1) ^ (~(value & 1) &+ 1)) }
            shift += 7
        }
        return nil
    }

    /// The records.
    /// - Throws: ``WireError`` when they are compressed, or malformed.
    package func records() throws(WireError) -> [Record] {
        guard self.attributes.codec == .none else {
            throw WireError(.corruptRecords, "a batch compressed with \(self.attributes.codec) is not opened here")
        }
        var records: [Record] = []
        var rest = self.body
        while rest.readableBytes > 0 {
            var bytes = try Self.nextRecord(from: &rest)
            records.append(try self.decodeRecord(&bytes))
        }
        return records
    }

    /// The records as bytes.
    private var body: ByteBuffer {
        var body = self.bytes
        body.moveReaderIndex(forwardBy: Self.headerBytes)
        return body
    }

    private static func nextRecord(from rest: inout ByteBuffer) throws(WireError) -> ByteBuffer {
        let length = try rest.readVarint()
        guard length >= 1, length <= rest.readableBytes, let record = rest.readSlice(length: Int(length)) else {
            throw WireError(.corruptRecords, "a record of \(length) bytes, \(rest.readableBytes) left")
        }
        return record
    }

    private func decodeRecord(_ bytes: inout ByteBuffer) throws(WireError) -> Record {
        bytes.moveReaderIndex(forwardBy: 1)  // attributes: none are defined
        let timestampDelta = try bytes.readVarint()
        let offsetDelta = try bytes.readVarint()
        let key = try Self.field(&bytes)
        let value = try Self.field(&bytes)
        var headers: [Record.Header] = []
        for _ in 0..<max(0, min(try bytes.readVarint(), Int64(bytes.readableBytes))) {
            guard let name = try Self.field(&bytes) else {
                throw WireError(.corruptRecords, "a record's header without a name")
            }
            headers.append(.init(key: String(buffer: name), value: try Self.field(&bytes)))
        }
        return Record(
            offset: self.baseOffset &+ offsetDelta,
            timestamp: self.attributes.isLogAppendTime ? self.maxTimestamp : self.baseTimestamp &+ timestampDelta,
            key: key,
            value: value,
            headers: headers
        )
    }

    private static func field(_ bytes: inout ByteBuffer) throws(WireError) -> ByteBuffer? {
        let length = try bytes.readVarint()
        if length == -1 { return nil }
        guard length >= 0, length <= bytes.readableBytes, let field = bytes.readSlice(length: Int(length)) else {
            throw WireError(.corruptRecords, "a field of \(length) bytes, \(bytes.readableBytes) left in the record")
        }
        return field
    }
}
