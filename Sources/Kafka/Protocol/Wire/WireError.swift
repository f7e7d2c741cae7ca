// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What is wrong with bytes of a peer, or with a message that does not fit the protocol.
///
/// The broker closes the connection on it: after a malformed message the stream can't be trusted.
package struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of a ``WireError``.
    package struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case truncated, badLength, unexpectedNull, badVarint, tooLong, unsupportedVersion, frameTooLarge
            case corruptRecords
        }
        private let value: Value
        /// The bytes end before the structure does.
        package static let truncated = Code(value: .truncated)
        /// A length that is negative or larger than what follows.
        package static let badLength = Code(value: .badLength)
        /// Null where the protocol wants a value.
        package static let unexpectedNull = Code(value: .unexpectedNull)
        /// A variable-length integer with too many bytes.
        package static let badVarint = Code(value: .badVarint)
        /// A value of ours that does not fit its length field.
        package static let tooLong = Code(value: .tooLong)
        /// A version of a message that is not spoken here.
        package static let unsupportedVersion = Code(value: .unsupportedVersion)
        /// A frame beyond the limit.
        package static let frameTooLarge = Code(value: .frameTooLarge)
        /// A record batch whose header, checksum or records do not fit together.
        package static let corruptRecords = Code(value: .corruptRecords)

        package var description: String { self.value.rawValue }
    }

    /// What kind of fault it is.
    package var code: Code
    /// What was being read or written, and what was found.
    package var message: String

    /// An error of a kind, with what was found.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(self.code): \(self.message)" }
}
