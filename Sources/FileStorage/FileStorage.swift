// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism
import Glibc

/// The ``Storage`` seam's real twin: files and folders below one directory of this machine.
///
/// Calls block; use it from a thread of your own, never from the cooperative pool or an event loop.
public struct FileStorage: Storage {
    /// The directory that all paths are relative to.
    public let root: String

    /// A storage in a directory, which is created with its parents when absent.
    /// - Throws: ``StorageError`` when it cannot be created or is no directory.
    public init(root: String) throws {
        self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        try SystemCall.makeDirectories(self.root)
    }

    public func open(_ path: String, create: Bool) throws -> any StorageFile {
        let full = try self.resolve(path)
        if create, let slash = full.lastIndex(of: "/"), slash != full.startIndex {
            try SystemCall.makeDirectories(String(full[..<slash]))
        }
        let flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0)
        let descriptor = try SystemCall.check("open", path) { Glibc.open(full, flags, 0o644) }
        do {
            return try RealFile(descriptor: descriptor, path: path)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    public func list(_ directory: String) throws -> [String] {
        let full = try self.resolve(directory)
        guard let stream = opendir(full) else {
            if errno == ENOENT { return [] }
            throw SystemCall.failure("list", directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemCall.failure("list", directory) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    public func exists(_ path: String) throws -> Bool {
        var status = stat()
        if lstat(try self.resolve(path), &status) == 0 { return true }
        if errno == ENOENT || errno == ENOTDIR { return false }
        throw SystemCall.failure("look up", path)
    }

    public func rename(_ path: String, to destination: String) throws {
        let (source, target) = (try self.resolve(path), try self.resolve(destination))
        try SystemCall.check("rename", path) { Glibc.rename(source, target) }
    }

    public func remove(_ path: String) throws {
        let full = try self.resolve(path)
        if unlink(full) == 0 || errno == ENOENT || errno == ENOTDIR { return }
        guard errno == EISDIR || errno == EPERM else { throw SystemCall.failure("remove", path) }
        for name in try self.list(path) {
            try self.remove(path.isEmpty ? name : "\(path)/\(name)")
        }
        if rmdir(full) != 0, errno != ENOENT { throw SystemCall.failure("remove", path) }
    }

    public func syncDirectory(_ directory: String) throws {
        let full = try self.resolve(directory)
        let descriptor = try SystemCall.check("sync", directory) {
            Glibc.open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        defer { Glibc.close(descriptor) }
        try SystemCall.check("sync", directory) { fsync(descriptor) }
    }

    /// The absolute path; a path that would leave the root is refused.
    private func resolve(_ path: String) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if path.hasPrefix("/") || parts.contains("..") || path.utf8.contains(0) {
            throw StorageError(operation: "resolve", path: path, code: EINVAL, reason: "not a path below the root")
        }
        return path.isEmpty ? self.root : "\(self.root)/\(path)"
    }
}
