// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A client's session, known to the whole ensemble.
package struct SessionID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number as it is on the wire.
    package var rawValue: Int64

    /// No session: what a client without one sends, and what owns a persistent node.
    package static let none = SessionID(rawValue: 0)

    /// A session id from the wire.
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (lhs: SessionID, rhs: SessionID) -> Bool { lhs.rawValue < rhs.rawValue }

    /// As ZooKeeper prints it, such as `0x100000a1b2c0000`.
    package var description: String { "0x" + String(UInt64(bitPattern: self.rawValue), radix: 16) }
}
