// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a rollout waits for, in words, and what to type about it.
package struct RolloutExplanation: Sendable, CustomStringConvertible {
    /// How far it is.
    package var progress: String
    /// What it waits for and why that is so; empty when it waits for nothing.
    package var causes: [String] = []
    /// The rule that makes it wait.
    package var rule: String?
    /// Commands that look further or get it going, each with a remark.
    package var commands: [(command: String, remark: String)] = []

    package init(progress: String) {
        self.progress = progress
    }

    /// The whole as text of some lines.
    package var description: String {
        var lines = [self.progress] + self.causes.map { "  \($0)" }
        if let rule { lines.append("Rule: \(rule)") }
        if !self.commands.isEmpty {
            lines.append("What to type:")
            let width = self.commands.map(\.command.count).max() ?? 0
            lines += self.commands.map { command, remark in
                guard !remark.isEmpty else { return "  \(command)" }
                return "  \(command)\(String(repeating: " ", count: width - command.count))  # \(remark)"
            }
        }
        return lines.joined(separator: "\n")
    }
}
