// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// The seam between logs and the disk: production has files, the simulator a disk that loses what was not synced.
///
/// Paths are relative to the storage's root and use `/`. All calls block. A write is durable only after ``StorageFile/sync()``;
/// a created, renamed or removed name only after ``syncDirectory(_:)`` of its folder.
public protocol Storage: Sendable {
    /// Opens a file for reading and writing, creating it (and its folders) when `create` is true.
    /// - Throws: ``StorageError`` when it is absent and `create` is false, or the disk refuses.
    func open(_ path: String, create: Bool) throws -> any StorageFile
    /// The names (not paths) of the files and folders in a folder, sorted; empty when the folder is absent.
    func list(_ directory: String) throws -> [String]
    /// Whether a file or folder of that path exists.
    func exists(_ path: String) throws -> Bool
    /// Renames a file or folder, replacing a file at the destination atomically.
    func rename(_ path: String, to destination: String) throws
    /// Removes a file, or a folder with all it holds; an absent path is no error.
    func remove(_ path: String) throws
    /// Makes names created, renamed or removed in this folder durable.
    func syncDirectory(_ directory: String) throws
}

/// An open file of a ``Storage``. Not for use from two threads at once.
public protocol StorageFile: AnyObject, Sendable {
    /// The size in bytes, unsynced writes included.
    var size: Int64 { get }
    /// Appends bytes at the end.
    func append(_ bytes: ByteBuffer) throws
    /// Overwrites bytes at a position (indexes, preallocated space); may extend the file.
    func write(_ bytes: ByteBuffer, at offset: Int64) throws
    /// Reads up to `count` bytes from a position; fewer only at the end of the file.
    func read(at offset: Int64, count: Int) throws -> ByteBuffer
    /// Cuts the file to a size in bytes.
    func truncate(to size: Int64) throws
    /// Makes everything written so far durable (fdatasync).
    func sync() throws
    /// Closes the file; further use throws.
    func close() throws
    /// The file descriptor to hand to sendfile, where there is one; the caller must not close it.
    var descriptor: CInt? { get }
}

/// What a ``Storage`` could not do, with the path and the system's reason.
public struct StorageError: Error, Hashable, CustomStringConvertible {
    /// What was asked, such as `open`.
    public var operation: String
    /// The path it was asked of.
    public var path: String
    /// The system's error number, 0 where there is none.
    public var code: CInt
    /// The reason, in words.
    public var reason: String

    /// An error of an operation on a path.
    public init(operation: String, path: String, code: CInt, reason: String) {
        self.operation = operation
        self.path = path
        self.code = code
        self.reason = reason
    }

    public var description: String { "\(self.operation) \(self.path): \(self.reason)" }
}
