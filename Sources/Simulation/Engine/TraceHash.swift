// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// A running hash of everything that happened; two runs of one seed must end with the same value.
public struct TraceHash: Hashable, Sendable, CustomStringConvertible {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// The hash of an empty trace.
    public init() {}

    /// Adds a line of the trace.
    public mutating func record(_ line: String) {
        for byte in line.utf8 {
            self.state = (self.state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        self.state = (self.state ^ 0x0a) &* 0x0000_0100_0000_01b3
    }

    /// Adds a number, cheaper than a line.
    public mutating func record(_ number: UInt64) {
        self.state = (self.state ^ number) &* 0x0000_0100_0000_01b3
        self.state ^= self.state >> 29
    }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(self.state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
