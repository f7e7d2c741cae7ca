// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a runtime could not do, in words that go into a pod's status and events.
public struct RuntimeError: Error, Hashable, CustomStringConvertible {
    /// The kind of failure; `description` is the reason that a container's state shows.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case ErrImagePull, InvalidImageName, CreateContainerConfigError, RunContainerError, FailedMount, NotFound
        }
        private let value: Value

        /// No local image stands for the reference.
        public static let imageNotFound = Code(value: .ErrImagePull)
        /// The reference cannot be read.
        public static let badImageName = Code(value: .InvalidImageName)
        /// Environment or mounts refer to what is not there.
        public static let badConfiguration = Code(value: .CreateContainerConfigError)
        /// The program could not be started.
        public static let startFailed = Code(value: .RunContainerError)
        /// A volume could not be made.
        public static let mountFailed = Code(value: .FailedMount)
        /// There is no such pod, container or log.
        public static let notFound = Code(value: .NotFound)

        public var description: String { self.value.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// What was asked, what came back and what to do.
    public var message: String

    /// An error with its message.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(self.code): \(self.message)" }
}
