// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import NIOCore

/// Kafka's file of one offset a partition: a line with the version 0, one with the count, then `topic partition offset`.
package enum OffsetCheckpoint {
    /// The file of high watermarks.
    package static let highWatermarks = "replication-offset-checkpoint"
    /// The file of the offsets up to which logs are known to be on disk.
    package static let recoveryPoints = "recovery-point-offset-checkpoint"

    /// Reads a file; an absent one is empty.
    /// - Throws: ``LogError`` when it is not such a file, ``StorageError`` when it can't be read.
    package static func read(_ name: String, from storage: any Storage) throws -> [PartitionName: Int64] {
        guard let lines = try CheckpointFile.read(name, from: storage) else { return [:] }
        var offsets: [PartitionName: Int64] = [:]
        for line in lines {
            // Topics have no spaces in their names.
            let words = line.split(separator: " ")
            guard words.count == 3, let partition = Int32(words[1]), let offset = Int64(words[2]) else {
                throw LogError(.corrupt, "\(name): “\(line)” is not “topic partition offset”")
            }
            offsets[PartitionName(topic: String(words[0]), partition: partition)] = offset
        }
        return offsets
    }

    /// Replaces a file; afterwards it is on disk as a whole.
    package static func write(_ offsets: [PartitionName: Int64], to name: String, in storage: any Storage) throws {
        let lines = offsets.sorted { $0.key < $1.key }.map { "\($0.key.topic) \($0.key.partition) \($0.value)" }
        try CheckpointFile.write(lines, to: name, in: storage)
    }
}

/// The form that Kafka's small text files share: version 0, the number of lines, the lines.
enum CheckpointFile {
    /// The lines of a file; nil for an absent one.
    static func read(_ path: String, from storage: any Storage) throws -> [Substring]? {
        guard try storage.exists(path) else { return nil }
        let file = try storage.open(path, create: false)
        guard file.size <= Int64(Limits.metadataFileBytesMax) else {
            throw LogError(.corrupt, "\(path) has \(file.size) bytes")
        }
        let text = String(buffer: try file.read(at: 0, count: Int(file.size)))
        try file.close()
        let lines = text.split(separator: "\n")
        guard lines.first == "0", lines.count >= 2, let count = Int(lines[1]), count == lines.count - 2 else {
            throw LogError(.corrupt, "\(path) is not a checkpoint of version 0 with as many lines as it says")
        }
        return Array(lines[2...])
    }

    /// Writes a file beside the old one and puts it in its place.
    static func write(_ lines: [String], to path: String, in storage: any Storage) throws {
        try storage.replace(
            path,
            with: ByteBuffer(string: (["0", "\(lines.count)"] + lines).joined(separator: "\n") + "\n")
        )
    }
}

extension Storage {
    /// Replaces a file so that a crash leaves the old or the new one, whole. What can be told from damaged content, and
    /// done without, need not be durable.
    func replace(_ path: String, with bytes: ByteBuffer, durably: Bool = true) throws {
        let temporary = path + ".tmp"
        try self.remove(temporary)
        let file = try self.open(temporary, create: true)
        try file.append(bytes)
        if durably { try file.sync() }
        try file.close()
        try self.rename(temporary, to: path)
        guard durably else { return }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        try self.syncDirectory(folder)
    }
}
