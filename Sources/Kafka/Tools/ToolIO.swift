// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Where a tool reads and writes; tests give their own.
public struct ToolIO: Sendable {
    /// Writes bytes to standard output.
    public var output: @Sendable ([UInt8]) -> Void
    /// Writes a line to standard error.
    public var complain: @Sendable (String) -> Void
    /// The next line of standard input without its end, nil when there is none. Blocks; called on a thread of its own.
    public var nextLine: @Sendable () -> [UInt8]?
    /// Whether a person types the input: then there is a prompt.
    public var isInteractive: Bool

    /// Readers and writers of one's own.
    public init(
        output: @escaping @Sendable ([UInt8]) -> Void,
        complain: @escaping @Sendable (String) -> Void,
        nextLine: @escaping @Sendable () -> [UInt8]? = { nil },
        isInteractive: Bool = false
    ) {
        self.output = output
        self.complain = complain
        self.nextLine = nextLine
        self.isInteractive = isInteractive
    }

    /// The process's own streams.
    public static let standard = ToolIO(
        output: { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
                if written < 0, errno != EINTR { exit(141) }  // whoever read this has gone, as `head` does
                rest = rest.dropFirst(max(0, written))
            }
        },
        complain: { FileHandle.standardError.write(Data(($0 + "\n").utf8)) },
        nextLine: { readLine(strippingNewline: true).map { Array($0.utf8) } },
        isInteractive: isatty(STDIN_FILENO) != 0
    )

    /// Names once what was given and does nothing here.
    func remark(_ options: [String]) {
        guard !options.isEmpty else { return }
        self.complain("accepted, but without effect here: " + options.joined(separator: ", "))
    }

    func print(_ line: String) {
        self.output(Array((line + "\n").utf8))
    }
}
