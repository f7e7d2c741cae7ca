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
        var rest = self.body
        for index in 0..<Int64(self.recordCount) {
            var record = try Self.nextRecord(from: &rest)
            record.moveReaderIndex(forwardBy: 1)
            _ = try record.readVarint()
            let delta = try record.readVarint()
            guard delta == index else {
                throw WireError(.corruptRecords, "record \(index) has offset delta \(delta)")
            }
        }
        guard rest.readableBytes == 0 else {
            throw WireError(.corruptRecords, "\(rest.readableBytes) bytes behind the last record")
        }
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
