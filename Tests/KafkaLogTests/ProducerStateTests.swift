// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaLog
import KafkaProtocol
import NIOCore
import Simulation
import Testing

@Suite struct ProducerStateTests {
    let disk = SimulatedDisk()

    private func open(wasClosed: Bool = false, segmentBytes: Int = 1 << 30) throws -> PartitionLog {
        var configuration = LogConfiguration()
        configuration.segmentBytes = segmentBytes
        return try PartitionLog(name, in: self.disk, configuration: configuration, wasClosed: wasClosed)
    }

    @Test("each of the last five batches may be repeated; its first offsets are answered")
    func duplicates() throws {
        let log = try self.open()
        for index in 0..<7 { try log.append(idempotent(7, sequence: Int32(index * 2), count: 2)) }
        #expect(log.endOffset == 14)
        for index in 2..<7 {
            let again = try log.append(idempotent(7, sequence: Int32(index * 2), count: 2))
            #expect(again == .duplicate(baseOffset: Int64(index * 2), lastOffset: Int64(index * 2 + 1)))
        }
        #expect(try log.append(idempotent(7, sequence: 2, count: 2)) == .refused(.outOfOrderSequenceNumber))
        #expect(log.endOffset == 14)
    }

    @Test("a gap is refused, an unknown producer has to begin at 0")
    func gaps() throws {
        let log = try self.open()
        #expect(try log.append(idempotent(7, sequence: 1)) == .refused(.outOfOrderSequenceNumber))
        #expect(try log.append(idempotent(7, sequence: 0)) == .appended(baseOffset: 0, lastOffset: 0))
        #expect(try log.append(idempotent(7, sequence: 2)) == .refused(.outOfOrderSequenceNumber))
        #expect(try log.append(idempotent(8, sequence: 0)) == .appended(baseOffset: 1, lastOffset: 1))
        #expect(try log.append(idempotent(7, sequence: 1)) == .appended(baseOffset: 2, lastOffset: 2))
    }

    @Test("a new epoch begins at 0, an old one is refused")
    func epochs() throws {
        let log = try self.open()
        try log.append(idempotent(7, epoch: 1, sequence: 0))
        #expect(try log.append(idempotent(7, epoch: 0, sequence: 1)) == .refused(.invalidProducerEpoch))
        #expect(try log.append(idempotent(7, epoch: 2, sequence: 5)) == .refused(.outOfOrderSequenceNumber))
        #expect(try log.append(idempotent(7, epoch: 2, sequence: 0)) == .appended(baseOffset: 1, lastOffset: 1))
    }

    @Test("after the largest number, sequences go on at 0")
    func wrap() throws {
        // A log that does not begin at 0 can't know every producer, and takes any first number.
        let log = try PartitionLog(name, in: self.disk, startOffset: 10)
        #expect(
            try log.append(idempotent(7, sequence: .max - 1, count: 2)) == .appended(baseOffset: 10, lastOffset: 11)
        )
        #expect(try log.append(idempotent(7, sequence: 0)) == .appended(baseOffset: 12, lastOffset: 12))
        #expect(
            try log.append(idempotent(7, sequence: .max - 1, count: 2)) == .duplicate(baseOffset: 10, lastOffset: 11)
        )
    }

    @Test("the state survives a close, a crash, and replication", arguments: ["close", "crash", "replicate"])
    func survives(how: String) throws {
        var log = try self.open(segmentBytes: 300)
        for index in 0..<9 {
            try log.append(idempotent(7, sequence: Int32(index)))
            try log.append(idempotent(Int64(100 + index), sequence: 0))
        }
        switch how {
        case "close":
            try log.close()
            log = try self.open(wasClosed: true, segmentBytes: 300)
        case "crash":
            log = try self.open(segmentBytes: 300)
        default:
            let follower = try PartitionLog(name, in: SimulatedDisk())
            try log.readAll(from: 0, upTo: log.endOffset) { try follower.replicate($0, nowMs: 0) }
            log = follower
        }
        #expect(log.endOffset == 18)
        for index in 4..<9 {
            let again = try log.append(idempotent(7, sequence: Int32(index)))
            #expect(again == .duplicate(baseOffset: Int64(index * 2), lastOffset: Int64(index * 2)), "\(how) \(index)")
        }
        #expect(try log.append(idempotent(104, sequence: 0)) == .duplicate(baseOffset: 9, lastOffset: 9))
        #expect(try log.append(idempotent(7, sequence: 9)) == .appended(baseOffset: 18, lastOffset: 18))
    }

    @Test("what is truncated may come again", arguments: 0...12)
    func truncate(to offset: Int64) throws {
        let log = try self.open(segmentBytes: 300)
        for index in 0..<12 { try log.append(idempotent(7, sequence: Int32(index))) }
        try log.truncate(to: offset)
        #expect(try log.append(idempotent(7, sequence: Int32(offset + 1))) == .refused(.outOfOrderSequenceNumber))
        let next = try log.append(idempotent(7, sequence: Int32(offset)))
        #expect(next == .appended(baseOffset: offset, lastOffset: offset))
    }
}
