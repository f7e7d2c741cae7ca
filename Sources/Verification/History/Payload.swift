// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// The value of a message: it says whose it is and proves that no byte changed.
///
/// Layout, big-endian: run id 16 bytes, producer 4, partition 4, sequence 8, checksum 4, then padding. The padding follows
/// from the message's identity, and the checksum (CRC-32C) covers identity and padding, so damage at any byte shows.
public enum Payload {
    /// Bytes before the padding; the least size of a message.
    public static let headerLength = 36

    /// What a value turned out to be.
    public enum Contents: Hashable, Sendable {
        /// A message of this run, whole.
        case message(MessageID)
        /// A whole message of another run, or none of ours at all.
        case foreign
        /// A message of this run whose bytes changed; the identity is what can be read of it.
        case corrupted(MessageID?)
    }

    /// Writes the value of a message.
    /// - Parameter size: the value's length in bytes, at least ``headerLength``.
    public static func write(_ id: MessageID, run: RunID, size: Int, into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        buffer.reserveCapacity(minimumWritableBytes: max(size, Self.headerLength))
        buffer.writeInteger(run.high)
        buffer.writeInteger(run.low)
        buffer.writeInteger(id.producer)
        buffer.writeInteger(id.partition)
        buffer.writeInteger(id.sequence)
        var checksum = CRC32C()
        buffer.readableBytesView[start...].withUnsafeBytes { checksum.update($0) }
        let padding = max(0, size - Self.headerLength)
        buffer.writeInteger(UInt32(0))
        var pattern = Pattern(id)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: padding) { pointer in
            let bytes = UnsafeMutableRawBufferPointer(rebasing: pointer[..<padding])
            pattern.fill(bytes)
            checksum.update(UnsafeRawBufferPointer(bytes))
            return padding
        }
        buffer.setInteger(checksum.value, at: start + Self.headerLength - 4)
    }

    /// Reads a value.
    public static func read(_ bytes: UnsafeRawBufferPointer, run: RunID) -> Contents {
        guard bytes.count >= Self.headerLength else { return .foreign }
        func integer<Integer: FixedWidthInteger>(_ offset: Int, _ type: Integer.Type) -> Integer {
            Integer(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        let id = MessageID(
            producer: integer(16, UInt32.self),
            partition: integer(20, Int32.self),
            sequence: integer(24, Int64.self)
        )
        let isOurs = integer(0, UInt64.self) == run.high && integer(8, UInt64.self) == run.low
        var checksum = CRC32C()
        checksum.update(UnsafeRawBufferPointer(rebasing: bytes[..<32]))
        checksum.update(UnsafeRawBufferPointer(rebasing: bytes[Self.headerLength...]))
        if checksum.value == integer(32, UInt32.self) { return isOurs ? .message(id) : .foreign }
        return .corrupted(isOurs ? id : nil)
    }

    /// Padding that follows from the identity (xorshift), so that no two messages look alike.
    private struct Pattern {
        private var state: UInt64

        init(_ id: MessageID) {
            let mixed = UInt64(bitPattern: id.sequence) &* 0x9e37_79b9_7f4a_7c15
            self.state = mixed ^ (UInt64(id.producer) << 32 | UInt64(UInt32(bitPattern: id.partition))) | 1
        }

        mutating func fill(_ bytes: UnsafeMutableRawBufferPointer) {
            var index = 0
            while index < bytes.count {
                self.state ^= self.state << 13
                self.state ^= self.state >> 7
                self.state ^= self.state << 17
                let word = self.state
                for shift in 0..<min(8, bytes.count - index) {
                    bytes[index + shift] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift)))
                }
                index += 8
            }
        }
    }
}
