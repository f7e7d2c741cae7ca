// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import FileStorage
import Foundation
import NIOCore
import Testing
import ZooKeeperLog
import ZooKeeperProtocol

/// The log on real files.
@Suite struct MemberDiskTests {
    @Test func whatWasSyncedIsFoundAgain() throws {
        try self.withDirectory { storage, _ in
            var disk = try self.open(storage).disk
            try disk.save(Vote(epoch: Epoch(rawValue: 3), candidate: 2))
            try disk.append(self.records(1...40), committed: self.zxid(30))
            try disk.truncate(after: self.zxid(35))
            try disk.append(self.records(36...38, tag: "other"), committed: self.zxid(35))
            try disk.sync()
            try disk.close()

            let found = try self.open(storage).found
            #expect(found.log.records == self.records(1...35) + self.records(36...38, tag: "other"))
            #expect(found.log.committed == self.zxid(35))
            #expect(found.log.vote == Vote(epoch: Epoch(rawValue: 3), candidate: 2))
            #expect(found.log.isComplete && !found.log.wasTorn)
        }
    }

    @Test func aSnapshotReplacesWhatIsBeforeIt() throws {
        try self.withDirectory { storage, _ in
            var disk = try self.open(storage).disk
            try disk.append(self.records(1...200), committed: self.zxid(200))
            try disk.takeSnapshot([ByteBuffer(string: "state"), ByteBuffer(string: "more")], at: self.zxid(150))
            try disk.append(self.records(201...210), committed: self.zxid(200))
            try disk.close()
            let names = try storage.list("")
            #expect(names.contains("snapshot.96") && names.filter { $0.hasPrefix("log.") }.count < 4)

            let found = try self.open(storage).found
            #expect(found.snapshot?.zxid == self.zxid(150))
            #expect(found.snapshot?.chunks.map { String(buffer: $0) } == ["state", "more"])
            #expect(found.log.records == self.records(151...210))
        }
    }

    @Test func aTornTailIsCutOffAtAnyPlace() throws {
        try self.withDirectory { storage, path in
            var disk = try self.open(storage).disk
            try disk.append(self.records(1...5), committed: .zero)
            try disk.sync()
            try disk.append(self.records(6...9), committed: .zero)
            try disk.close()
            let name = try #require(try storage.list("").first)
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            let end = try #require(whole.lastIndex { $0 != 0 })
            for cut in stride(from: end, to: end - 90, by: -7) {
                var torn = whole
                torn.resetBytes(in: cut...end)
                try torn.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
                let found = try self.open(storage).found
                #expect(found.log.records == self.records(1...5), "torn at \(cut)")
                #expect(found.log.wasTorn && found.log.isComplete)
            }
        }
    }

    @Test func damageThatNoCrashExplainsIsAnError() throws {
        try self.withDirectory { storage, path in
            var disk = try self.open(storage).disk
            for number in 1...5 {
                try disk.append(self.records(number...number), committed: .zero)
                try disk.sync()
            }
            try disk.close()
            let name = try #require(try storage.list("").first)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            let place = try #require(bytes.range(of: Data("record 2".utf8)))
            bytes[place.lowerBound] ^= 0xff
            try bytes.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            let error = #expect(throws: LogError.self) { try self.open(storage) }
            #expect(error?.description.contains("behind it is whole") == true)
        }
    }

    @Test func aLogThatSomebodyCutIsIncompleteUntilItHasCaughtUp() throws {
        try self.withDirectory { storage, path in
            var disk = try self.open(storage).disk
            try disk.append(self.records(1...5), committed: .zero)
            try disk.sync()
            try disk.append(self.records(6...9), committed: .zero)
            try disk.close()
            let name = try #require(try storage.list("").first)
            let whole = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            let end = try #require(whole.lastIndex { $0 != 0 })
            try whole.prefix(end - 20).write(to: URL(fileURLWithPath: "\(path)/\(name)"))

            for _ in 1...2 {  // It is not forgotten by starting once more.
                let found = try self.open(storage).found
                #expect(found.log.records == self.records(1...5))
                #expect(!found.log.isComplete)
            }
            var again = try self.open(storage).disk
            try again.markComplete()
            try again.close()
            #expect(try self.open(storage).found.log.isComplete)
        }
    }

    @Test func aDamagedSnapshotIsPassedOver() throws {
        try self.withDirectory { storage, path in
            var disk = try self.open(storage).disk
            try disk.append(self.records(1...20), committed: self.zxid(20))
            try disk.takeSnapshot([ByteBuffer(string: "ten")], at: self.zxid(10))
            try disk.takeSnapshot([ByteBuffer(string: "twenty")], at: self.zxid(20))
            try disk.close()
            try Data("rubbish".utf8).write(to: URL(fileURLWithPath: "\(path)/snapshot.14"))
            let found = try self.open(storage).found
            #expect(found.snapshot?.zxid == self.zxid(10))
            #expect(found.log.records == self.records(11...20))
        }
    }

    private func zxid(_ counter: Int) -> Zxid { Zxid(rawValue: Int64(counter)) }

    private func records(_ range: ClosedRange<Int>, tag: String = "record") -> [LogRecord] {
        range.map { LogRecord(zxid: self.zxid($0), payload: ByteBuffer(string: "\(tag) \($0)")) }
    }

    private func open(_ storage: FileStorage) throws -> (disk: MemberDisk, found: MemberDisk.Found) {
        var limits = TransactionLog.Limits()
        (limits.fileBytesMax, limits.allocationBytes) = (2048, 512)
        return try MemberDisk.open(data: storage, log: storage, snapshotsRetained: 2, limits: limits)
    }

    private func withDirectory(_ body: (FileStorage, String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("seatrial-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(FileStorage(root: path), path)
    }
}
