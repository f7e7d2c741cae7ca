// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import FileStorage
import Foundation
import NIOCore
import Testing

@Suite struct FileStorageTests {
    @Test func aFileKeepsWhatWasAppendedOverwrittenAndCut() throws {
        try withStorage { storage in
            let file = try storage.open("log/a", create: true)
            try file.append(ByteBuffer(string: "hello "))
            try file.append(ByteBuffer(string: "world"))
            try file.write(ByteBuffer(string: "W"), at: 6)
            #expect(file.size == 11)
            #expect(try String(buffer: file.read(at: 0, count: 100)) == "hello World")
            #expect(try String(buffer: file.read(at: 6, count: 3)) == "Wor")
            #expect(try file.read(at: 11, count: 3).readableBytes == 0)
            try file.truncate(to: 5)
            try file.write(ByteBuffer(string: "!"), at: 6)
            try file.sync()
            try file.close()
            #expect(throws: StorageError.self) { try file.read(at: 0, count: 1) }

            let again = try storage.open("log/a", create: false)
            #expect(again.size == 7)
            #expect(try Array(again.read(at: 0, count: 7).readableBytesView) == Array("hello\0!".utf8))
        }
    }

    @Test func namesAreListedRenamedAndRemoved() throws {
        try withStorage { storage in
            #expect(try storage.list("d") == [])
            for name in ["d/b", "d/a", "d/sub/c"] {
                try storage.open(name, create: true).close()
            }
            #expect(try storage.list("d") == ["a", "b", "sub"])
            try storage.rename("d/a", to: "d/b")
            try storage.syncDirectory("d")
            #expect(try storage.list("d") == ["b", "sub"])
            #expect(try storage.exists("d/sub/c"))
            try storage.remove("d")
            try storage.remove("d")
            #expect(try !storage.exists("d"))
            #expect(try storage.list("") == [])
        }
    }

    @Test func anErrorNamesOperationPathAndReason() throws {
        try withStorage { storage in
            let error = #expect(throws: StorageError.self) { try storage.open("absent", create: false) }
            #expect(error?.description == "open absent: No such file or directory")
            for path in ["../outside", "/etc/passwd", "a/../../b"] {
                #expect(throws: StorageError.self) { try storage.open(path, create: true) }
            }
            try storage.open("d/f", create: true).close()
            #expect(throws: StorageError.self) { try storage.open("d", create: false) }
            #expect(throws: StorageError.self) { try storage.list("d/f") }
        }
    }

    private func withStorage(_ body: (FileStorage) throws -> Void) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("seatrial-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        try body(FileStorage(root: root))
    }
}
