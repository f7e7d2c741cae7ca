// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol
import NIOCore
import Testing

@Suite struct RecordBatchTests {
    /// Two records, made by kafka-python's builder.
    private static let golden = bytes(
        """
        000000000000000000000050000000000296d129220000000000010000018bcfe568000000018bcfe568050000000000
        00004d0003000000090000000222000000026b0a68656c6c6f02026804686918000a02010c776f726c642100
        """
    )

    private func build() -> ByteBuffer {
        var builder = RecordBatchBuilder(
            baseTimestamp: 1_700_000_000_000,
            producer: .init(id: 77, epoch: 3, baseSequence: 9)
        )
        builder.append(
            key: ByteBuffer(string: "k"),
            value: ByteBuffer(string: "hello"),
            headers: [.init(key: "h", value: ByteBuffer(string: "hi"))]
        )
        builder.append(key: nil, value: ByteBuffer(string: "world!"), timestamp: 1_700_000_000_005)
        return builder.build(partitionLeaderEpoch: 0)
    }

    @Test("a batch is what kafka-python makes of the same records")
    func golden() throws {
        #expect(hex(self.build()) == hex(Self.golden))
    }

    @Test func header() throws {
        let batch = try RecordBatch(self.build())
        #expect(batch.isChecksumValid)
        #expect(batch.recordCount == 2)
        #expect(batch.lastOffsetDelta == 1)
        #expect(batch.producerId == 77)
        #expect(batch.producerEpoch == 3)
        #expect(batch.baseSequence == 9)
        #expect(batch.lastSequence == 10)
        #expect(batch.maxTimestamp == 1_700_000_000_005)
        #expect(batch.attributes.codec == .none)
        try batch.validate()
    }

    @Test("offset and leader epoch can be stamped without touching the checksum")
    func stamp() throws {
        var batch = try RecordBatch(self.build())
        let original = batch
        batch.stamp(baseOffset: 1000, partitionLeaderEpoch: 5)
        #expect(batch.isChecksumValid)
        #expect(batch.baseOffset == 1000)
        #expect(batch.lastOffset == 1001)
        #expect(batch.partitionLeaderEpoch == 5)
        #expect(original.baseOffset == 0)
        #expect(try batch.records().map(\.offset) == [1000, 1001])
    }

    @Test func records() throws {
        let records = try RecordBatch(self.build()).records()
        #expect(records.map { $0.key.map { String(buffer: $0) } } == ["k", nil])
        #expect(records.map { $0.value.map { String(buffer: $0) } } == ["hello", "world!"])
        #expect(records.map(\.timestamp) == [1_700_000_000_000, 1_700_000_000_005])
        #expect(records[0].headers == [.init(key: "h", value: ByteBuffer(string: "hi"))])
    }

    @Test("any flipped bit behind the checksum is found")
    func corruption() throws {
        let whole = self.build()
        for position in 17..<whole.readableBytes {
            var damaged = whole
            damaged.setInteger(try #require(damaged.getInteger(at: position, as: UInt8.self)) ^ 0x10, at: position)
            #expect(throws: WireError.self) { try RecordBatch(damaged).validate() }
        }
    }

    @Test("a wrong checksum can be right and the records wrong all the same")
    func innerGarbage() throws {
        var damaged = self.build()
        damaged.setInteger(UInt8(0x7f), at: 61)  // the first record's length
        damaged.setInteger(
            damaged.withUnsafeReadableBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[21...])) },
            at: 17
        )
        let batch = try RecordBatch(damaged)
        #expect(batch.isChecksumValid)
        #expect(throws: WireError.self) { try batch.validate() }
        #expect(throws: WireError.self) { try batch.records() }
    }

    @Test("a batch that is not all there is left where it is")
    func partial() throws {
        let whole = self.build()
        for count in 0..<whole.readableBytes {
            var part = try #require(whole.getSlice(at: 0, length: count))
            #expect(try RecordBatch.next(from: &part) == nil)
            #expect(part.readableBytes == count)
        }
    }

    @Test("older formats are refused")
    func oldMagic() {
        var old = self.build()
        old.setInteger(1 as Int8, at: 16)
        #expect(throws: WireError.self) { try RecordBatch(old) }
    }

    @Test("sequences go on at 0 behind the largest number")
    func sequenceWrap() throws {
        var builder = RecordBatchBuilder(
            baseTimestamp: 0,
            producer: .init(id: 1, epoch: 0, baseSequence: .max)
        )
        builder.append(key: nil, value: nil)
        builder.append(key: nil, value: nil)
        #expect(try RecordBatch(builder.build()).lastSequence == 0)
    }

    @Test("the checksum of known bytes, by instruction and by table")
    func checksum() {
        // The check value of CRC-32C, and RFC 3720's 32 bytes of zeros and ascending bytes.
        let cases: [([UInt8], UInt32)] = [
            (Array("123456789".utf8), 0xe306_9283), ([], 0),
            ([UInt8](repeating: 0, count: 32), 0x8a91_36aa), ((0..<32).map { UInt8($0) }, 0x46dd_794e),
        ]
        for (input, expected) in cases {
            #expect(input.withUnsafeBytes(CRC32C.checksum) == expected)
            #expect(input.withUnsafeBytes(CRC32C.portableChecksum) == expected)
        }
    }

    @Test func topicIDs() throws {
        let id = TopicID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
        #expect(id.description == "ASNFZ4mrze_-3LqYdlQyEA")
        #expect(TopicID(id.description) == id)
        #expect(TopicID.zero.description == "AAAAAAAAAAAAAAAAAAAAAA")
        #expect(TopicID("short") == nil)
    }
}
