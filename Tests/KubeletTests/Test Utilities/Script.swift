// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs scripts: blocks of commands and what they print, apart by empty lines.
enum Script {
    /// The lines where a script's output differs from what it says; with `rewrite` the file gets what came out.
    static func differences(in file: URL, rewrite: Bool, run: ([Substring]) throws -> String) throws -> [String] {
        var (differences, line) = ([String](), 1)
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        let blocks = try text.components(separatedBy: "\n\n").map { block -> String in
            defer { line += block.split(separator: "\n", omittingEmptySubsequences: false).count + 1 }
            guard let rule = block.range(of: "\n----") else { return block }  // a comment
            let command = block[..<rule.lowerBound].split(separator: "\n").filter { !$0.hasPrefix("#") }
            let expected = block[rule.upperBound...].trimmingCharacters(in: .newlines)
            let actual = try run(command)
            if expected != actual {
                differences.append("\(file.lastPathComponent):\(line):\n- \(expected)\n+ \(actual)")
            }
            return block[..<rule.upperBound] + (actual.isEmpty ? "" : "\n" + actual)
        }
        if rewrite { try (blocks.joined(separator: "\n\n") + "\n").write(to: file, atomically: true, encoding: .utf8) }
        return differences
    }
}
