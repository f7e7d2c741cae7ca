// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A transaction's place in the one order of all writes: the leader's epoch in the upper half, a counter in the lower.
package struct Zxid: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number as it is on the wire.
    package var rawValue: Int64

    /// Before every transaction.
    package static let zero = Zxid(rawValue: 0)

    /// A transaction id from the wire.
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The transaction with that counter in that epoch.
    package init(epoch: Epoch, counter: UInt32) {
        self.rawValue = Int64(epoch.rawValue) << 32 | Int64(counter)
    }

    /// The epoch of the leader that proposed it.
    package var epoch: Epoch { Epoch(rawValue: UInt32(truncatingIfNeeded: self.rawValue >> 32)) }
    /// Its number within the epoch; 0 is the epoch's own opening record.
    package var counter: UInt32 { UInt32(truncatingIfNeeded: self.rawValue) }
    /// The next one of the same epoch.
    package var successor: Zxid { Zxid(rawValue: self.rawValue + 1) }

    package static func < (lhs: Zxid, rhs: Zxid) -> Bool { lhs.rawValue < rhs.rawValue }

    /// Epoch and counter, such as `3.17`.
    package var description: String { "\(self.epoch).\(self.counter)" }
    /// As ZooKeeper's own tools print it, such as `0x300000011`.
    package var hexadecimal: String { "0x" + String(UInt64(bitPattern: self.rawValue), radix: 16) }
}

/// The number of a leader's reign. Each has one leader at most.
package struct Epoch: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number; 0 is before the first leader.
    package var rawValue: UInt32

    /// Before the first leader.
    package static let zero = Epoch(rawValue: 0)

    /// The epoch of that number.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The next one.
    package var successor: Epoch { Epoch(rawValue: self.rawValue + 1) }

    package static func < (lhs: Epoch, rhs: Epoch) -> Bool { lhs.rawValue < rhs.rawValue }

    package var description: String { String(self.rawValue) }
}
