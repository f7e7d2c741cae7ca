// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where a controlled cluster keeps its files, and the lock that keeps two clusters from sharing them.
public struct ClusterDirectory: Hashable, Sendable {
    /// The folder, absolute.
    public let path: String

    /// A cluster's folder; relative paths are taken from the working directory.
    public init(_ path: String) {
        self.path = URL(filePath: path).standardizedFileURL.path
    }

    /// The kubeconfig that kubectl takes.
    public var kubeconfig: String { "\(self.path)/kubeconfig" }
    /// What a running cluster says of itself, as JSON.
    public var description: String { "\(self.path)/cluster.json" }
    /// What a detached cluster logs.
    public var log: String { "\(self.path)/cluster.log" }
    /// The file whose lock a running cluster holds.
    public var lock: String { "\(self.path)/lock" }
    /// The logs of every container, earlier ones too: `<namespace>_<pod>_<uid>/<container>/<attempt>.log`.
    public var containerLogs: String { "\(self.path)/logs" }

    /// Makes the folder, and refuses one that a cluster has used before: what it held is kept until somebody says otherwise.
    /// - Throws: ``ClusterError``.
    public func prepare(reset: Bool) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: self.path) {
            let contents = try manager.contentsOfDirectory(atPath: self.path)
            let isUsed = contents.contains("cluster.json") || contents.contains("lock")
            if isUsed, !reset {
                throw ClusterError(
                    "\(self.path) holds an earlier cluster's data, and objects do not survive a cluster yet; "
                        + "start anew with --reset, which removes it"
                )
            }
            if !isUsed, !contents.isEmpty {
                throw ClusterError("\(self.path) is not empty and holds no cluster; name an empty or a new folder")
            }
            if isUsed {
                try self.withLock {}
                for name in contents { try manager.removeItem(atPath: "\(self.path)/\(name)") }
            }
        }
        try manager.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    /// Does something while holding the folder's lock; the kernel lets go of it however the process ends.
    /// - Throws: ``ClusterError`` when a running cluster holds it.
    public func withLock<Value>(_ body: () throws -> Value) throws -> Value {
        let lock = try ClusterLock(self)
        let result = Swift.Result { try body() }
        lock.release()
        return try result.get()
    }

    /// The process that holds the lock; nil when none does.
    public var owner: Int32? {
        guard let text = FileManager.default.contents(atPath: self.lock).flatMap({ String(data: $0, encoding: .utf8) })
        else { return nil }
        let descriptor = open(self.lock, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return nil }
        return Int32(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// A held lock on a cluster's folder.
struct ClusterLock: ~Copyable {
    private let descriptor: CInt

    init(_ directory: ClusterDirectory) throws {
        let descriptor = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw ClusterError("cannot open \(directory.lock): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            let owner = directory.owner.map { " (process \($0))" } ?? ""
            throw ClusterError("a cluster is running in \(directory.path)\(owner)")
        }
        let text = "\(getpid())\n"
        ftruncate(descriptor, 0)
        _ = text.withCString { write(descriptor, $0, strlen($0)) }
        self.descriptor = descriptor
    }

    consuming func release() {
        close(self.descriptor)
    }
}
