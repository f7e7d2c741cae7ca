// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The last message of a container: what it wrote into its file, or else the end of its log.
struct TerminationMessage {
    let file: String
    /// The log to look at when a container failed without a message; nil: none.
    let log: String?

    /// The end with its message. Blocks.
    func added(to exit: ProcessExit) -> ProcessExit {
        var exit = exit
        if let text = self.read(self.file, bytesMax: Limits.terminationMessageBytesMax, fromEnd: false) {
            exit.message = text
        } else if exit.code != 0, let log, let text = self.read(log, bytesMax: .max, fromEnd: true) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).suffix(
                Limits.terminationLogLinesMax + 1
            )
            let said = lines.map { LogLine(Array($0.utf8)[...])?.text ?? "" }.joined(separator: "\n")
            exit.message = String(decoding: said.utf8.suffix(Limits.terminationLogBytesMax), as: UTF8.self)
        }
        return exit
    }

    /// The text of a file; nil when it is empty or absent.
    private func read(_ path: String, bytesMax: Int, fromEnd: Bool) -> String? {
        guard let bytes = FileManager.default.contents(atPath: path), !bytes.isEmpty else { return nil }
        return String(decoding: fromEnd ? bytes.suffix(bytesMax) : bytes.prefix(bytesMax), as: UTF8.self)
    }
}
