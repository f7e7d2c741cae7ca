// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of client settings that Kafka's scripts take (`--producer.config`, `--consumer.config`).
enum ToolProperties {
    /// The settings of a file of `key=value` lines; none when no file is named.
    static func file(_ path: String?) throws -> [String: String] {
        guard let path else { return [:] }
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw ToolError.failed("\(path) cannot be read: \(error.localizedDescription)")
        }
        var settings: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let pieces = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2 else { throw ToolError.usage("\(path):\(index + 1): expected key=value: \(line)") }
            settings[pieces[0].trimmingCharacters(in: .whitespaces)] = pieces[1].trimmingCharacters(in: .whitespaces)
        }
        return settings
    }
}
