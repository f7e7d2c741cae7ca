// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import NIOCore

/// Consecutive batches where they are: a region of a segment's file, to be sent from there or read.
///
/// The region may end within a batch, where a limit in bytes was reached; readers ignore such a tail.
package struct LogSlice: Sendable {
    /// The segment's file; it stays open as long as the log does.
    package var file: any StorageFile
    /// Where the region begins in the file.
    package var position: Int64
    /// Its size in bytes; 0 for nothing to read.
    package var count: Int
    /// The offset of the first record of the first batch, which may lie before the offset asked for.
    package var baseOffset: Int64

    /// The bytes.
    package func bytes() throws -> ByteBuffer {
        guard self.count > 0 else { return ByteBuffer() }
        return try self.file.read(at: self.position, count: self.count)
    }
}
