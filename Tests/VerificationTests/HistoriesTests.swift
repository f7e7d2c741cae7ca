// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Verification

@Suite("Checks judge small histories")
struct HistoriesTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Histories")

    static func cases(_ verdict: String) throws -> [URL] {
        let folder = Self.folder.appending(path: verdict)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }
            .sorted { $0.path < $1.path }
    }

    @Test("The odd but legal ones pass", arguments: try cases("legal"))
    func legal(_ file: URL) throws {
        let (history, _) = try Self.read(file)
        let result = Checks.run(Ledger(history))
        #expect(result.findings.map(\.because) == [])
        #expect(result.errors == [])
    }

    @Test("The illegal ones give just the findings that stand below the line", arguments: try cases("illegal"))
    func illegal(_ file: URL) throws {
        let (history, expected) = try Self.read(file)
        let result = Checks.run(Ledger(history))
        let found = result.findings.map { "\($0.kind.rawValue): \($0.because)" } + result.errors.map { "error: \($0)" }
        #expect(found == expected)
    }

    @Test("An assignment that begins before what was certainly committed is counted, and no finding")
    func replays() throws {
        let story = """
            send 1/0/0
            ok 1/0/0 @0
            get 1.1 0@0 1/0/0
            commit 1.1 0@1
            committed 1.1 0@1
            get 2.1 0@0 1/0/0
            log 0 1/0/0
            """
        let ledger = Ledger(try HistoryNotation.history(story.split(separator: "\n")))
        #expect(Checks.run(ledger).findings == [])
        #expect(ledger.counts([]).replays == 1)
        #expect(ledger.counts([]).redelivered == 1)
    }

    @Test("Without a group nothing is unseen")
    func withoutAGroup() throws {
        let history = try HistoryNotation.history(["send 1/0/0", "ok 1/0/0 @0", "log 0 1/0/0"])
        #expect(Checks.run(Ledger(history, hasGroup: false)).findings == [])
        #expect(Checks.run(Ledger(history)).findings.map(\.kind) == [.unseen])
    }

    /// A story in comments, a history, a line of dashes, the findings.
    private static func read(_ file: URL) throws -> (history: History, findings: [String]) {
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        let lines = parts[0].split(separator: "\n").filter { !$0.hasPrefix("#") }
        let findings = parts.count > 1 ? parts[1].split(separator: "\n").map(String.init) : []
        return (try HistoryNotation.history(lines), findings)
    }
}
