// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaLog
import KafkaProtocol
import NIOCore
import Simulation
import Testing

/// Crashes at any point, on a disk that loses or tears what was not synced.
@Suite struct RecoveryTests {
    @Test("after a crash the log is a prefix of what it was, and has all that was flushed", arguments: 0..<150)
    func crashAnywhere(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed)).split("recovery")
        let disk = SimulatedDisk()
        var configuration = LogConfiguration()
        configuration.segmentBytes = Int.random(in: 200...2000, using: &generator)
        configuration.indexIntervalBytes = Int.random(in: 50...500, using: &generator)
        var model: [String] = []  // by offset: one record a batch
        var epoch: Int32 = 0
        var recoveryPoint: Int64 = 0
        for life in 0..<4 {
            let log = try PartitionLog(name, in: disk, configuration: configuration, recoveryPoint: recoveryPoint)
            #expect(log.endOffset >= recoveryPoint, "flushed records are lost")
            #expect(log.endOffset <= Int64(model.count))
            model.removeLast(model.count - Int(log.endOffset))
            let expected = Dictionary(uniqueKeysWithValues: model.enumerated().map { (Int64($0.offset), $0.element) })
            #expect(try log.values() == expected)
            #expect(log.epochs.entries.allSatisfy { $0.startOffset < max(1, log.endOffset) })
            for step in 0..<Int.random(in: 0...40, using: &generator) {
                switch Int.random(in: 0..<20, using: &generator) {
                case 0:
                    try log.flush()
                    recoveryPoint = log.recoveryPoint
                case 1:
                    let end = Int64.random(in: 0...log.endOffset, using: &generator)
                    // As the broker does: the checkpoint never points behind the log's end.
                    recoveryPoint = min(recoveryPoint, end)
                    try log.truncate(to: end)
                    model.removeLast(model.count - Int(end))
                case 2: epoch += 1
                default:
                    let value =
                        "\(life).\(step)" + String(repeating: "x", count: Int.random(in: 0...60, using: &generator))
                    try log.append(batch([value]), epoch: epoch)
                    model.append(value)
                }
            }
            disk.crash(using: &generator)
        }
    }

    @Test("any byte of the unflushed tail may be damaged: what is before it stays")
    func damagedTail() throws {
        let reference = SimulatedDisk()
        let log = try PartitionLog(name, in: reference)
        for index in 0..<5 { try log.append(batch(["value \(index)"])) }
        let path = "\(name.directory)/00000000000000000000.log"
        let whole = try reference.open(path, create: false).read(at: 0, count: 10_000)
        let size = whole.readableBytes / 5
        for position in stride(from: 0, to: whole.readableBytes, by: 3) {
            let disk = SimulatedDisk()
            var damaged = whole
            damaged.setInteger(~(damaged.getInteger(at: position, as: UInt8.self) ?? 0), at: position)
            try disk.open(path, create: true).append(damaged)
            let recovered = try PartitionLog(name, in: disk)
            // Neither the leader epoch nor, within bounds, the offset is under the checksum.
            let isUncovered = (0..<8).contains(position % size) || (12..<16).contains(position % size)
            #expect(isUncovered || recovered.endOffset == Int64(position / size), "byte \(position)")
            #expect(recovered.endOffset >= Int64(position / size), "byte \(position)")
        }
        for count in 0..<whole.readableBytes {
            let disk = SimulatedDisk()
            try disk.open(path, create: true).append(try #require(whole.getSlice(at: 0, length: count)))
            let recovered = try PartitionLog(name, in: disk)
            #expect(recovered.endOffset == Int64(count / size))
            #expect(recovered.recovery.tornBytes == Int64(count % size))
            try recovered.append(batch(["new"]))
            #expect(try recovered.values(from: Int64(count / size)) == [Int64(count / size): "new"])
        }
    }
}
