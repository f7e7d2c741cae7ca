// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Shows a trial's progress: a line a stage, and on a terminal a line that changes in place.
public final class LiveProgress: Sendable {
    private let isTerminal: Bool
    private let write: @Sendable (String) -> Void
    private let last = Mutex("")

    /// Progress for a terminal, or for a file.
    /// - Parameter write: takes text without a newline of its own.
    public init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// A line that stays.
    public func line(_ text: String) {
        self.last.withLock { last in
            self.write((self.isTerminal && !last.isEmpty ? "\r\u{1b}[K" : "") + text + "\n")
            last = ""
        }
    }

    /// How things are now; nothing where lines cannot change in place.
    public func status(_ text: String) {
        guard self.isTerminal else { return }
        self.last.withLock { last in
            guard text != last else { return }
            self.write("\r\u{1b}[K  \(text)")
            last = text
        }
    }
}
