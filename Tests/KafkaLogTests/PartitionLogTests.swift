// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaLog
import KafkaProtocol
import NIOCore
import Simulation
import Testing

@Suite struct PartitionLogTests {
    let disk = SimulatedDisk()

    private func open(segmentBytes: Int = 1 << 30, wasClosed: Bool = false) throws -> PartitionLog {
        var configuration = LogConfiguration()
        configuration.segmentBytes = segmentBytes
        configuration.indexIntervalBytes = 200
        return try PartitionLog(name, in: self.disk, configuration: configuration, wasClosed: wasClosed)
    }

    @Test("batches get offsets and the leader's epoch")
    func append() throws {
        let log = try self.open()
        #expect(try log.append(batch(["a", "b"]), epoch: 4) == .appended(baseOffset: 0, lastOffset: 1))
        #expect(try log.append(batch(["c"]), epoch: 5) == .appended(baseOffset: 2, lastOffset: 2))
        #expect(log.endOffset == 3)
        #expect(try log.values() == [0: "a", 1: "b", 2: "c"])
        #expect(log.epochs.entries == [.init(epoch: 4, startOffset: 0), .init(epoch: 5, startOffset: 2)])
        var bytes = try log.read(from: 2, upTo: 3, bytesMax: 1000, atLeastOneBatch: true).bytes()
        let last = try #require(try RecordBatch.next(from: &bytes))
        #expect(last.partitionLeaderEpoch == 5)
        #expect(last.isChecksumValid)
    }

    @Test("what is no batch, or two, is refused and changes nothing")
    func refusals() throws {
        let log = try self.open()
        var damaged = batch(["a"])
        damaged.setInteger(0xff as UInt8, at: 62)
        var two = batch(["a"])
        two.writeImmutableBuffer(batch(["b"]))
        var unknownCodec = batch(["a"])
        unknownCodec.setInteger(5 as Int16, at: 21)
        unknownCodec.setInteger(
            unknownCodec.withUnsafeReadableBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[21...])) },
            at: 17
        )
        for records in [damaged, two, ByteBuffer(), ByteBuffer(string: "garbage that is long enough for a header")] {
            #expect(try log.append(records) == .refused(.corruptMessage))
        }
        #expect(try log.append(unknownCodec) == .refused(.unsupportedCompressionType))
        #expect(log.endOffset == 0)
    }

    @Test("reading begins with the batch that has the offset, in any segment, and ends before the limit")
    func read() throws {
        let log = try self.open(segmentBytes: 400)
        var ends: [Int64] = []
        for index in 0..<30 {
            try log.append(batch(["a\(index)", "b\(index)", "c\(index)"]))
            ends.append(log.endOffset)
        }
        #expect(try self.disk.list(name.directory).filter { $0.hasSuffix(".log") }.count > 5)
        for offset in 0..<log.endOffset {
            let slice = try log.read(from: offset, upTo: log.endOffset, bytesMax: 1, atLeastOneBatch: true)
            let found = try RecordBatch(slice.bytes())
            #expect((found.baseOffset...found.lastOffset).contains(offset))
            #expect(slice.baseOffset == found.baseOffset)
            for end in ends where end > offset {
                #expect(try log.values(from: offset, upTo: end).keys.max() == end - 1)
            }
        }
        #expect(try log.read(from: 90, upTo: 90, bytesMax: 100, atLeastOneBatch: true).count == 0)
        #expect(try log.read(from: 5, upTo: 90, bytesMax: 10, atLeastOneBatch: false).count == 0)
        #expect(throws: LogError.self) { try log.read(from: 91, upTo: 91, bytesMax: 100, atLeastOneBatch: true) }
    }

    @Test("a closed log is as it was, without being verified again")
    func reopen() throws {
        let log = try self.open(segmentBytes: 400)
        for index in 0..<20 { try log.append(batch(["v\(index)"]), epoch: Int32(index / 7)) }
        let (values, epochs) = (try log.values(), log.epochs)
        try log.close()
        let again = try self.open(segmentBytes: 400, wasClosed: true)
        #expect(again.recovery.verifiedBatches == 0)
        #expect(again.endOffset == 20)
        #expect(again.epochs == epochs)
        #expect(try again.values() == values)
        try again.append(batch(["next"]))
        #expect(again.endOffset == 21)
    }

    @Test("batches of the leader are stored as they are; a part at the end is left out")
    func replicate() throws {
        let leader = try self.open(segmentBytes: 500)
        for index in 0..<10 { try leader.append(batch(["v\(index)"]), epoch: Int32(index / 4)) }
        let follower = try PartitionLog(name, in: SimulatedDisk())
        var fetches = 0
        while follower.endOffset < 10 {
            let slice = try leader.read(from: follower.endOffset, upTo: 10, bytesMax: 250, atLeastOneBatch: true)
            try follower.replicate(slice.bytes(), nowMs: 0)
            fetches += 1
        }
        #expect(fetches < 10)
        #expect(try follower.values() == leader.values())
        #expect(follower.epochs == leader.epochs)
        #expect(throws: LogError.self) { try follower.replicate(batch(["x"], baseOffset: 3), nowMs: 0) }
        #expect(follower.endOffset == 10)
    }

    @Test("truncating leaves what is before, in any segment", arguments: 0...20)
    func truncate(to offset: Int64) throws {
        let log = try self.open(segmentBytes: 400)
        for index in 0..<20 { try log.append(batch(["v\(index)"]), epoch: Int32(index / 3)) }
        let values = try log.values()
        try log.truncate(to: offset)
        #expect(log.endOffset == offset)
        #expect(try log.values() == values.filter { $0.key < offset })
        #expect(log.epochs.entries.allSatisfy { $0.startOffset < offset })
        try log.append(batch(["new"]), epoch: 9)
        #expect(try log.values(from: offset) == [offset: "new"])
        try log.close()
        #expect(try self.open(segmentBytes: 400, wasClosed: true).endOffset == offset + 1)
    }

    @Test("a log can begin anew at a later offset")
    func restart() throws {
        let log = try self.open()
        try log.append(batch(["a"]))
        try log.restart(at: 100)
        #expect(log.startOffset == 100)
        #expect(log.endOffset == 100)
        try log.append(batch(["b"]))
        #expect(try log.values() == [100: "b"])
        try log.close()
        let again = try self.open(wasClosed: true)
        #expect(again.startOffset == 100)
        #expect(try again.values() == [100: "b"])
    }

    @Test("records are found by their time")
    func timestamps() throws {
        let log = try self.open(segmentBytes: 400)
        for index in 0..<20 { try log.append(batch(["a", "b"], time: Int64(1000 + index * 10)), epoch: 2) }
        for time in 1000...1191 {
            let expected = (time - 1000) / 10 * 2 + ((time % 10) <= 1 ? time % 10 : 2)
            let found = try log.offset(atOrAfter: Int64(time))
            #expect(found?.offset == (expected < 40 ? Int64(expected) : nil), "time \(time)")
            #expect(found.map { $0.timestamp >= Int64(time) } ?? true)
            #expect(found?.leaderEpoch ?? 2 == 2)
        }
        #expect(try log.offset(atOrAfter: 0)?.offset == 0)
        #expect(try log.offset(atOrAfter: 1192) == nil)
    }

    @Test("a segment ends with its age, too")
    func rollByTime() throws {
        let log = try self.open()
        log.configuration.segmentMs = 100
        for now in [0, 50, 99, 100, 150] as [Int64] {
            _ = try log.append(batch(["x"]), leaderEpoch: 0, nowMs: now)
        }
        #expect(
            try self.disk.list(name.directory).filter { $0.hasSuffix(".log") } == [
                "00000000000000000000.log", "00000000000000000003.log",
            ]
        )
    }

    @Test("index files have Kafka's form: last offset and position, time and offset")
    func indexFormat() throws {
        let log = try self.open()
        for index in 0..<8 { try log.append(batch(["v\(index)"], time: Int64(5000 + index))) }
        let size = batch(["v0"]).readableBytes
        try log.close()
        let index = try self.disk.open("\(name.directory)/00000000000000000000.index", create: false)
        var entries = try index.read(at: 0, count: 1000)
        // An entry comes before the batch that follows more than 200 bytes: batches of 70 bytes, so each third.
        var positions: [(UInt32, UInt32)] = []
        while let entry = entries.readMultipleIntegers(as: (UInt32, UInt32).self) { positions.append(entry) }
        #expect(positions.map(\.0) == [3, 6])
        #expect(positions.map(\.1) == [UInt32(3 * size), UInt32(6 * size)])
        let times = try self.disk.open("\(name.directory)/00000000000000000000.timeindex", create: false)
        var timeEntries = try times.read(at: 0, count: 1000)
        var found: [[Int64]] = []
        while let entry = timeEntries.readMultipleIntegers(as: (Int64, UInt32).self) {
            found.append([entry.0, Int64(entry.1)])
        }
        #expect(found == [[5003, 3], [5006, 6], [5007, 7]])
    }

    @Test("lost or damaged index files are made anew", arguments: ["index", "timeindex"])
    func damagedIndexes(suffix: String) throws {
        let log = try self.open(segmentBytes: 2000)
        for index in 0..<60 { try log.append(batch(["v\(index)"], time: Int64(index))) }
        let values = try log.values()
        try log.close()
        for (number, file) in try self.disk.list(name.directory).filter({ $0.hasSuffix("." + suffix) }).enumerated() {
            if number.isMultiple(of: 2) {
                try self.disk.remove("\(name.directory)/\(file)")
            } else {
                try self.disk.open("\(name.directory)/\(file)", create: false).append(ByteBuffer(string: "x"))
            }
        }
        let again = try self.open(segmentBytes: 2000, wasClosed: true)
        #expect(try again.values() == values)
        for offset in 0..<60 { #expect(try again.offset(atOrAfter: Int64(offset))?.offset == Int64(offset)) }
    }

    @Test("a deleted log leaves nothing")
    func delete() throws {
        let log = try self.open()
        try log.append(batch(["a"]))
        try log.delete()
        #expect(try self.disk.list("") == [])
    }

    @Test func epochEnds() throws {
        let log = try self.open()
        for epoch in [1, 1, 3, 3, 6] as [Int32] { try log.append(batch(["x"]), epoch: epoch) }
        func end(_ epoch: Int32) -> [Int64]? {
            log.epochs.endOffset(of: epoch, logEndOffset: log.endOffset).map { [Int64($0.epoch), $0.endOffset] }
        }
        #expect(end(0) == nil)
        #expect(end(1) == [1, 2])
        #expect(end(2) == [1, 2])
        #expect(end(3) == [3, 4])
        #expect(end(6) == [6, 5])
        #expect(end(7) == [6, 5])
    }
}
