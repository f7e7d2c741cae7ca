// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// CRC-32C (Castagnoli), eight bytes at a time by tables.
struct Checksum {
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82f6_3b78 : value >> 1 }
            tables[index] = value
        }
        for index in 256..<8 * 256 {
            let previous = tables[index - 256]
            tables[index] = (previous >> 8) ^ tables[Int(previous & 0xff)]
        }
        return tables
    }()

    private var state: UInt32 = 0xffff_ffff

    /// The checksum of everything added.
    var value: UInt32 { ~self.state }

    /// The checksum of a buffer's readable bytes.
    static func of(_ bytes: ByteBuffer) -> UInt32 {
        var checksum = Checksum()
        checksum.add(bytes)
        return checksum.value
    }

    /// Adds a buffer's readable bytes.
    mutating func add(_ bytes: ByteBuffer) {
        var crc = self.state
        bytes.withUnsafeReadableBytes { bytes in
            Self.tables.withUnsafeBufferPointer { tables in
                var offset = 0
                while offset + 8 <= bytes.count {
                    let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
                    let low = UInt32(truncatingIfNeeded: word) ^ crc
                    let high = UInt32(truncatingIfNeeded: word >> 32)
                    crc =
                        tables[7 * 256 + Int(low & 0xff)] ^ tables[6 * 256 + Int((low >> 8) & 0xff)]
                        ^ tables[5 * 256 + Int((low >> 16) & 0xff)] ^ tables[4 * 256 + Int(low >> 24)]
                        ^ tables[3 * 256 + Int(high & 0xff)] ^ tables[2 * 256 + Int((high >> 8) & 0xff)]
                        ^ tables[256 + Int((high >> 16) & 0xff)] ^ tables[Int(high >> 24)]
                    offset += 8
                }
                while offset < bytes.count {
                    crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xff)]
                    offset += 1
                }
            }
        }
        self.state = crc
    }
}
