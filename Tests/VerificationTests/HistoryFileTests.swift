// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import Testing
import Verification

@Suite("History files")
struct HistoryFileTests {
    private static let run = RunID(high: 1, low: 2)
    private static let head = HistoryFile.Head(
        run: run,
        boot: RunID(high: 3, low: 4),
        monotonicStart: 5,
        wallStart: 6
    )

    private static func withFile(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seatrial-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.appending(path: "producer.edges").path)
    }

    private static func edge(_ sequence: Int64) -> Edge {
        Edge(
            .send,
            .complete,
            outcome: .ok,
            client: 7,
            message: MessageID(producer: 7, partition: 2, sequence: sequence),
            time: 1000 + sequence,
            scheduled: 900,
            offset: 40 + sequence,
            errorCode: -185,
            assignment: 3
        )
    }

    @Test("What is written is read")
    func roundTrip() throws {
        try Self.withFile { path in
            let writer = try HistoryWriter(path: path, head: Self.head)
            let edges = (0..<10_000).map { Self.edge(Int64($0)) }
            for edge in edges { writer.record(edge) }
            try writer.close(time: 99_999)
            let history = try History(files: [path], run: Self.run)
            #expect(history.edges == edges)
            #expect(history.gaps == [])
        }
    }

    @Test("A file that was not closed, or was torn, is a gap in the evidence")
    func torn() throws {
        try Self.withFile { path in
            let writer = try HistoryWriter(path: path, head: Self.head)
            writer.record(Self.edge(1))
            writer.record(Self.edge(2))
            try writer.close(time: 9)
            let whole = try Data(contentsOf: URL(filePath: path))
            try whole.dropLast(HistoryFile.edgeLength + 1).write(to: URL(filePath: path))
            let history = try History(files: [path], run: Self.run)
            #expect(history.edges == [Self.edge(1)])
            #expect(history.gaps.count == 1)
            #expect(Checks.run(Ledger(history)).errors == history.gaps)
        }
    }

    @Test("A file of another run, or no history at all, is refused")
    func foreign() throws {
        try Self.withFile { path in
            try HistoryWriter(path: path, head: Self.head).close(time: 1)
            #expect(throws: HistoryFile.FormatError.self) {
                try History(files: [path], run: RunID(high: 9, low: 9))
            }
            try Data("no history".utf8).write(to: URL(filePath: path))
            #expect(throws: HistoryFile.FormatError.self) { try History(files: [path], run: Self.run) }
        }
    }

    @Test("A payload proves whose it is and that no byte changed", arguments: [36, 37, 100, 1024])
    func payload(_ size: Int) {
        let id = MessageID(producer: 3, partition: 5, sequence: 1 << 40)
        var buffer = ByteBuffer()
        Payload.write(id, run: Self.run, size: size, into: &buffer)
        #expect(buffer.readableBytes == size)
        var bytes = Array(buffer.readableBytesView)
        #expect(bytes.withUnsafeBytes { Payload.read($0, run: Self.run) } == .message(id))
        #expect(bytes.withUnsafeBytes { Payload.read($0, run: RunID(high: 0, low: 0)) } == .foreign)
        for index in bytes.indices {
            bytes[index] ^= 1
            let contents = bytes.withUnsafeBytes { Payload.read($0, run: Self.run) }
            if case .message = contents { Issue.record("a change at byte \(index) went unseen") }
            bytes[index] ^= 1
        }
    }
}
