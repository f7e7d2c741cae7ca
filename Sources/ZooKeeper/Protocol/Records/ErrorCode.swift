// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// ZooKeeper's numbers for what went wrong.
package struct ErrorCode: RawRepresentable, Hashable, Sendable, Error, CustomStringConvertible {
    /// The number on the wire.
    package var rawValue: Int32

    /// The error of that number.
    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let ok = ErrorCode(rawValue: 0)
    package static let runtimeInconsistency = ErrorCode(rawValue: -2)
    package static let connectionLoss = ErrorCode(rawValue: -4)
    package static let marshallingError = ErrorCode(rawValue: -5)
    package static let unimplemented = ErrorCode(rawValue: -6)
    package static let badArguments = ErrorCode(rawValue: -8)
    package static let noNode = ErrorCode(rawValue: -101)
    package static let noAuth = ErrorCode(rawValue: -102)
    package static let badVersion = ErrorCode(rawValue: -103)
    package static let noChildrenForEphemerals = ErrorCode(rawValue: -108)
    package static let nodeExists = ErrorCode(rawValue: -110)
    package static let notEmpty = ErrorCode(rawValue: -111)
    package static let sessionExpired = ErrorCode(rawValue: -112)
    package static let invalidACL = ErrorCode(rawValue: -114)
    package static let authFailed = ErrorCode(rawValue: -115)
    package static let sessionMoved = ErrorCode(rawValue: -118)
    package static let noWatcher = ErrorCode(rawValue: -121)

    /// The name in ZooKeeper's documents, or the number.
    package var description: String {
        switch self {
        case .ok: "OK"
        case .runtimeInconsistency: "RUNTIMEINCONSISTENCY"
        case .connectionLoss: "CONNECTIONLOSS"
        case .marshallingError: "MARSHALLINGERROR"
        case .unimplemented: "UNIMPLEMENTED"
        case .badArguments: "BADARGUMENTS"
        case .noNode: "NONODE"
        case .noAuth: "NOAUTH"
        case .badVersion: "BADVERSION"
        case .noChildrenForEphemerals: "NOCHILDRENFOREPHEMERALS"
        case .nodeExists: "NODEEXISTS"
        case .notEmpty: "NOTEMPTY"
        case .sessionExpired: "SESSIONEXPIRED"
        case .invalidACL: "INVALIDACL"
        case .authFailed: "AUTHFAILED"
        case .sessionMoved: "SESSIONMOVED"
        case .noWatcher: "NOWATCHER"
        default: "error \(self.rawValue)"
        }
    }
}
