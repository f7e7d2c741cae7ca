// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Glibc
import NIOCore

/// An open file of a ``FileStorage``.
///
/// Unchecked, because the seam's contract keeps a file to one thread at a time; nothing here is locked.
final class RealFile: StorageFile, @unchecked Sendable {
    private let path: String
    private var handle: CInt?
    private(set) var size: Int64

    var descriptor: CInt? { self.handle }

    /// Takes the descriptor over: this object closes it.
    init(descriptor: CInt, path: String) throws {
        var status = stat()
        try SystemCall.check("open", path) { fstat(descriptor, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StorageError(operation: "open", path: path, code: EISDIR, reason: "not a regular file")
        }
        self.handle = descriptor
        self.path = path
        self.size = Int64(status.st_size)
    }

    deinit {
        if let handle = self.handle { Glibc.close(handle) }
    }

    func append(_ bytes: ByteBuffer) throws {
        try self.write(bytes, at: self.size)
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) throws {
        let handle = try self.opened("write")
        guard offset >= 0 else { throw self.invalid("write", "position \(offset) is negative") }
        try bytes.withUnsafeReadableBytes { pointer in
            var done = 0
            while done < pointer.count {
                let rest = UnsafeRawBufferPointer(rebasing: pointer[done...])
                let written = try SystemCall.check("write", self.path) {
                    pwrite(handle, rest.baseAddress, rest.count, off_t(offset) + off_t(done))
                }
                done += written
                self.size = max(self.size, offset + Int64(done))
            }
        }
    }

    func read(at offset: Int64, count: Int) throws -> ByteBuffer {
        let handle = try self.opened("read")
        guard offset >= 0, count >= 0 else { throw self.invalid("read", "\(count) bytes from \(offset)") }
        let wanted = Int(min(Int64(count), max(0, self.size - offset)))
        var buffer = ByteBufferAllocator().buffer(capacity: wanted)
        var done = 0
        while done < wanted {
            let got = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted - done) { pointer in
                try SystemCall.check("read", self.path) {
                    pread(handle, pointer.baseAddress, wanted - done, off_t(offset) + off_t(done))
                }
            }
            if got == 0 { break }
            done += got
        }
        return buffer
    }

    func truncate(to size: Int64) throws {
        let handle = try self.opened("truncate")
        guard size >= 0 else { throw self.invalid("truncate", "size \(size) is negative") }
        try SystemCall.check("truncate", self.path) { ftruncate(handle, off_t(size)) }
        self.size = size
    }

    func sync() throws {
        let handle = try self.opened("sync")
        try SystemCall.check("sync", self.path) { fdatasync(handle) }
    }

    func close() throws {
        let handle = try self.opened("close")
        self.handle = nil
        // Not repeated after a signal: Linux has released the descriptor by then.
        if Glibc.close(handle) != 0, errno != EINTR { throw SystemCall.failure("close", self.path) }
    }

    private func opened(_ operation: String) throws -> CInt {
        guard let handle = self.handle else { throw self.invalid(operation, "the file is closed") }
        return handle
    }

    private func invalid(_ operation: String, _ reason: String) -> StorageError {
        StorageError(operation: operation, path: self.path, code: EINVAL, reason: reason)
    }
}
