// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Glibc

/// What file calls share: retry after a signal, and errors with the system's reason.
enum SystemCall {
    /// Repeats a call while a signal interrupts it; −1 becomes an error.
    @discardableResult
    static func check<Value: SignedInteger>(_ operation: String, _ path: String, _ call: () -> Value) throws -> Value {
        while true {
            let value = call()
            if value != -1 { return value }
            if errno != EINTR { throw self.failure(operation, path) }
        }
    }

    /// The error that `errno` names.
    static func failure(_ operation: String, _ path: String) -> StorageError {
        let code = errno
        return StorageError(operation: operation, path: path, code: code, reason: String(cString: strerror(code)))
    }

    /// Creates a directory and its parents.
    static func makeDirectories(_ path: String) throws {
        if mkdir(path, 0o755) == 0 { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try self.makeDirectories(String(path[..<slash]))
            if mkdir(path, 0o755) == 0 { return }
        }
        guard errno == EEXIST else { throw self.failure("create directory", path) }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StorageError(operation: "create directory", path: path, code: ENOTDIR, reason: "not a directory")
        }
    }
}
