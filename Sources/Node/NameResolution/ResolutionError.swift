// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Why a name has no address.
public struct ResolutionError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String { case notFound, noAnswer, badName, serverFailure, systemError }
        private let value: Value

        /// The name does not exist, or has no address (yet).
        public static let notFound = Code(value: .notFound)
        /// The server did not answer in time.
        public static let noAnswer = Code(value: .noAnswer)
        /// The name has a form that cannot be asked for.
        public static let badName = Code(value: .badName)
        /// The server answered that it cannot answer.
        public static let serverFailure = Code(value: .serverFailure)
        /// The machine's own resolver or a socket failed.
        public static let systemError = Code(value: .systemError)

        public var description: String { self.value.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// The name that was asked for.
    public var name: String
    /// Who was asked and what came back.
    public var message: String

    /// An error about a name.
    public init(_ code: Code, name: String, message: String) {
        self.code = code
        self.name = name
        self.message = message
    }

    public var description: String { "\(self.code): \(self.name): \(self.message)" }
}
