// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore

extension ByteBuffer {
    /// Reads an unsigned integer of 1–5 bytes, seven bits each, least significant first.
    package mutating func readUnsignedVarint() throws(WireError) -> UInt32 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 35 {
            guard let byte = self.readInteger(as: UInt8.self) else {
                throw WireError(.truncated, "the bytes end within a varint")
            }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                // Lengths are handed on as Int - 1, so that only what Kafka can mean (31 bits) is let through.
                guard value <= UInt64(Int32.max) else { break }
                return UInt32(value)
            }
            shift += 7
        }
        throw WireError(.badVarint, "a varint of more than 31 bits")
    }

    /// Writes an unsigned integer in 1–5 bytes.
    package mutating func writeUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            self.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.writeInteger(UInt8(rest))
    }

    /// Reads a signed integer of 1–10 bytes in zigzag order (0, -1, 1, -2 …), as records use it.
    package mutating func readVarint() throws(WireError) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 70 {
            guard let byte = self.readInteger(as: UInt8.self) else {
                throw WireError(.truncated, "the bytes end within a varint")
            }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                return Int64(bitPattern: (value >> 1) ^ (~(value & 1) &+ 1))
            }
            shift += 7
        }
        throw WireError(.badVarint, "a varint of more than 64 bits")
    }

    /// Writes a signed integer in 1–10 bytes in zigzag order.
    package mutating func writeVarint(_ value: Int64) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            self.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.writeInteger(UInt8(rest))
    }
}
