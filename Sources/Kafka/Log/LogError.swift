// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a log could not do for a reason other than the disk.
package struct LogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of a ``LogError``.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String { case offsetOutOfRange, notContiguous, corrupt }
        private let value: Value
        /// An offset before the log's start or beyond its end.
        package static let offsetOutOfRange = Code(value: .offsetOutOfRange)
        /// Batches that do not follow upon what the log has.
        package static let notContiguous = Code(value: .notContiguous)
        /// A file that is not what was written.
        package static let corrupt = Code(value: .corrupt)

        package var description: String { self.value.rawValue }
    }

    /// What kind of fault it is.
    package var code: Code
    /// Which log, what was expected and what was found.
    package var message: String

    /// An error of a kind.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(self.code): \(self.message)" }
}
