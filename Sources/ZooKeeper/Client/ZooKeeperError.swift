// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper

/// What a ZooKeeper server or its client library answered instead of a result.
public struct ZooKeeperError: Error, Hashable, CustomStringConvertible {
    /// ZooKeeper's own code; unknown ones survive.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public var rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The server is gone before it answered: a write may have happened.
        public static let connectionLoss = Code(rawValue: -4)
        /// The server does not know the request.
        public static let unimplemented = Code(rawValue: -6)
        /// Nothing was heard in time.
        public static let operationTimeout = Code(rawValue: -7)
        /// The path or another argument is not valid.
        public static let badArguments = Code(rawValue: -8)
        /// The client can take no requests any more.
        public static let invalidState = Code(rawValue: -9)
        /// The node does not exist.
        public static let noNode = Code(rawValue: -101)
        /// The access list forbids it.
        public static let noAuth = Code(rawValue: -102)
        /// The node has another version than the one asked for.
        public static let badVersion = Code(rawValue: -103)
        /// An ephemeral node cannot have children.
        public static let noChildrenForEphemerals = Code(rawValue: -108)
        /// The node exists already.
        public static let nodeExists = Code(rawValue: -110)
        /// The node has children.
        public static let notEmpty = Code(rawValue: -111)
        /// The session has ended; a new client is needed.
        public static let sessionExpired = Code(rawValue: -112)
        /// The client is closing.
        public static let closing = Code(rawValue: -116)
        /// The session has moved to another server.
        public static let sessionMoved = Code(rawValue: -118)

        public var description: String { String(cString: zerror(self.rawValue)) }
    }

    /// The code.
    public var code: Code
    /// What was asked, such as `create`.
    public var operation: String
    /// The path it was asked of.
    public var path: String
    /// Of a multi: the position of the operation that failed.
    public var failedIndex: Int?

    /// An error of an operation on a path.
    public init(code: Code, operation: String, path: String, failedIndex: Int? = nil) {
        self.code = code
        self.operation = operation
        self.path = path
        self.failedIndex = failedIndex
    }

    /// Whether the outcome of a write is unknown: it may have happened.
    public var isOutcomeUnknown: Bool {
        [.connectionLoss, .operationTimeout, .closing, .sessionExpired].contains(self.code)
    }

    public var description: String { "\(self.operation) \(self.path): \(self.code)" }
}
