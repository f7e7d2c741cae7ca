// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// An IPv4 address.
public struct IPv4Address: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The address as a number: `127.0.0.1` is `0x7f000001`.
    public var rawValue: UInt32

    /// An address from its number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// An address from its dotted form; nil for anything else.
    public init?(_ description: String) {
        let parts = description.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            let byte = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
            guard byte <= 255 else { return nil }
            value = value << 8 | byte
        }
        self.rawValue = value
    }

    /// The dotted form.
    public var description: String {
        "\(self.rawValue >> 24).\(self.rawValue >> 16 & 255).\(self.rawValue >> 8 & 255).\(self.rawValue & 255)"
    }

    public static func < (lhs: IPv4Address, rhs: IPv4Address) -> Bool {
        lhs.rawValue < rhs.rawValue
    }
}
