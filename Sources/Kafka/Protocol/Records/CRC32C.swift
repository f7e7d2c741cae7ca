// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CCRC32C

/// The checksum of record batches (Castagnoli's polynomial).
package enum CRC32C {
    /// The checksum of bytes.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        ccrc32c_extend(0, bytes.baseAddress, bytes.count)
    }

    /// The same without the processor's instruction, to compare with.
    package static func portableChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        ccrc32c_extend_portable(0, bytes.baseAddress, bytes.count)
    }
}
