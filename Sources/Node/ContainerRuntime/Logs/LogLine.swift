// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One line of a log in the CRI format: `2026-01-31T10:00:00.000000000Z stdout F text`.
struct LogLine {
    private let bytes: ArraySlice<UInt8>
    private let contentStart: Int
    /// Whether the line goes on in the next.
    let isPartial: Bool

    /// Reads a line without its newline; nil when it is none.
    init?(_ bytes: ArraySlice<UInt8>) {
        var spaces = [Int]()
        for index in bytes.indices where bytes[index] == UInt8(ascii: " ") {
            spaces.append(index)
            if spaces.count == 3 { break }
        }
        guard spaces.count == 3, spaces[2] - spaces[1] == 2 else { return nil }
        self.bytes = bytes
        self.isPartial = bytes[spaces[1] + 1] == UInt8(ascii: "P")
        self.contentStart = spaces[2] + 1
    }

    /// Whether it was written at or after a time, to the second.
    func isWritten(since time: String) -> Bool {
        !self.bytes.prefix(19).lexicographicallyPrecedes(time.utf8.prefix(19))
    }

    /// What the container wrote.
    var text: String { String(decoding: self.bytes[self.contentStart...], as: UTF8.self) }

    /// The line as kubectl shows it.
    func write(to buffer: inout ByteBuffer, timestamps: Bool) {
        if timestamps {
            buffer.writeBytes(self.bytes.prefix { $0 != UInt8(ascii: " ") })
            buffer.writeInteger(UInt8(ascii: " "))
        }
        buffer.writeBytes(self.bytes[self.contentStart...])
        if !self.isPartial { buffer.writeInteger(UInt8(ascii: "\n")) }
    }
}
