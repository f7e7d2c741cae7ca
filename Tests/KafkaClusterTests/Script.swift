// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs a scenario: blocks of commands, a line of dashes, and what comes out. `SEATRIAL_REWRITE=1` writes what came out.
enum Script {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Scripts")

    /// The scripts whose names begin so, sorted.
    static func names(_ prefix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.folder.path)
            .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".txt") }.sorted()
    }

    /// What came out otherwise than the script says; `run` gets the command lines of a block.
    static func differences(in name: String, run: ([Substring]) -> String) throws -> [String] {
        let file = self.folder.appending(path: name)
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        var differences: [String] = []
        var line = 1
        let blocks = text.components(separatedBy: "\n\n").map { block -> String in
            defer { line += block.components(separatedBy: "\n").count + 1 }
            guard let rule = block.range(of: "\n----") else { return block }  // the story
            let commands = block[..<rule.lowerBound].split(separator: "\n").filter { !$0.hasPrefix("#") }
            let expected = block[rule.upperBound...].trimmingCharacters(in: .newlines)
            let actual = run(commands)
            if expected != actual { differences.append("\(name):\(line):\n- \(expected)\n+ \(actual)") }
            return "\(block[..<rule.upperBound])\n\(actual)"
        }
        if ProcessInfo.processInfo.environment["SEATRIAL_REWRITE"] == "1" {
            try (blocks.joined(separator: "\n\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        return differences
    }
}
