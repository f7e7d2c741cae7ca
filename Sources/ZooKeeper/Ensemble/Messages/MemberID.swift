// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A member of the ensemble: ZooKeeper's `myid`, 1…255.
package struct MemberID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number.
    package var rawValue: UInt8

    /// The member of that number.
    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static func < (lhs: MemberID, rhs: MemberID) -> Bool { lhs.rawValue < rhs.rawValue }

    package var description: String { String(self.rawValue) }
}

/// A client's connection to this member. Never used twice.
package struct ConnectionID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number.
    package var rawValue: UInt64

    /// The connection of that number.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    package static func < (lhs: ConnectionID, rhs: ConnectionID) -> Bool { lhs.rawValue < rhs.rawValue }

    package var description: String { "client\(self.rawValue)" }
}

/// A request that a member waits for. It travels with the transaction, so that the member recognises its own whoever
/// the leader is by then.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// The member whose client asked.
    package var member: MemberID
    /// Grows from request to request, over restarts as well; 0 belongs to nobody.
    package var number: UInt64

    /// A request.
    package init(member: MemberID, number: UInt64) {
        self.member = member
        self.number = number
    }

    /// What the ensemble does of its own accord.
    package static let none = RequestID(member: MemberID(rawValue: 0), number: 0)

    package var description: String { "\(self.member)/\(self.number)" }
}
