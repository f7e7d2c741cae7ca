// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import Determinism
import NIOCore
import Synchronization

/// A disk in memory that loses or tears what was not synced when its node crashes.
///
/// A crash keeps, of each file, the synced bytes and any prefix of the writes after them, the last of which may be torn
/// in the middle. Names are lost likewise: of the names created, renamed and removed since a folder was last synced,
/// any suffix may be undone.
public final class SimulatedDisk: Storage {
    fileprivate struct Write {
        var offset: Int
        var bytes: [UInt8]
    }

    fileprivate struct Contents {
        var durable: [UInt8] = []
        var live: [UInt8] = []
        var pending: [Change] = []
    }

    fileprivate enum Change {
        case write(Write)
        case truncate(Int)
    }

    private enum NameChange {
        case created(path: String)
        case removed(path: String, inode: Int)
        case renamed(from: String, to: String, replaced: Int?)
    }

    private struct State {
        var inodes: [Int: Contents] = [:]
        var names: [String: Int] = [:]
        var pendingNames: [NameChange] = []
        var nextInode = 0
        var epoch = 0  // handles of an earlier life of the node are dead
    }

    private let state = Mutex(State())

    /// An empty disk.
    public init() {}

    public func open(_ path: String, create: Bool) throws -> any StorageFile {
        try self.state.withLock { state in
            if let inode = state.names[path] {
                return SimulatedFile(disk: self, inode: inode, path: path, epoch: state.epoch)
            }
            guard create else {
                throw StorageError(operation: "open", path: path, code: 2, reason: "no such file")
            }
            let inode = state.nextInode
            state.nextInode += 1
            state.inodes[inode] = Contents()
            state.names[path] = inode
            state.pendingNames.append(.created(path: path))
            return SimulatedFile(disk: self, inode: inode, path: path, epoch: state.epoch)
        }
    }

    public func list(_ directory: String) throws -> [String] {
        let prefix = directory.isEmpty || directory == "." ? "" : directory + "/"
        return self.state.withLock { state in
            let names = state.names.keys.filter { $0.hasPrefix(prefix) }
                .compactMap { $0.dropFirst(prefix.count).split(separator: "/").first.map(String.init) }
            return Set(names).sorted()
        }
    }

    public func exists(_ path: String) throws -> Bool {
        self.state.withLock { state in
            state.names[path] != nil || state.names.keys.contains { $0.hasPrefix(path + "/") }
        }
    }

    public func rename(_ path: String, to destination: String) throws {
        try self.state.withLock { state in
            let moved = state.names.keys.filter { $0 == path || $0.hasPrefix(path + "/") }.sorted()
            guard !moved.isEmpty else {
                throw StorageError(operation: "rename", path: path, code: 2, reason: "no such file")
            }
            for name in moved {
                let target = destination + name.dropFirst(path.count)
                let inode = state.names.removeValue(forKey: name)
                let replaced = state.names[target]
                state.names[target] = inode
                state.pendingNames.append(.renamed(from: name, to: target, replaced: replaced))
            }
        }
    }

    public func remove(_ path: String) throws {
        self.state.withLock { state in
            for name in state.names.keys.filter({ $0 == path || $0.hasPrefix(path + "/") }).sorted() {
                guard let inode = state.names.removeValue(forKey: name) else { continue }
                state.pendingNames.append(.removed(path: name, inode: inode))
            }
        }
    }

    public func syncDirectory(_ directory: String) throws {
        // One journal for all folders, as file systems have: syncing one makes the earlier changes of all durable.
        self.state.withLock { $0.pendingNames.removeAll() }
    }

    /// Crashes the node: unsynced writes and names are lost or torn as the generator draws, open files are dead.
    public func crash(using generator: inout SeededGenerator) {
        self.state.withLock { state in
            state.epoch += 1
            let keptNames = Int.random(in: 0...state.pendingNames.count, using: &generator)
            for change in state.pendingNames[keptNames...].reversed() {
                switch change {
                case .created(let path):
                    state.names[path] = nil
                case .removed(let path, let inode):
                    state.names[path] = inode
                case .renamed(let from, let to, let replaced):
                    state.names[from] = state.names[to]
                    state.names[to] = replaced
                }
            }
            state.pendingNames.removeAll()
            for inode in state.inodes.keys.sorted() {
                guard var contents = state.inodes[inode], !contents.pending.isEmpty else { continue }
                let kept = Int.random(in: 0...contents.pending.count, using: &generator)
                for (index, change) in contents.pending[..<kept].enumerated() {
                    if case .write(var write) = change, index == kept - 1, generator.chance(0.5) {
                        write.bytes.removeLast(Int.random(in: 0...write.bytes.count, using: &generator))
                        SimulatedDisk.apply(.write(write), to: &contents.durable)
                    } else {
                        SimulatedDisk.apply(change, to: &contents.durable)
                    }
                }
                contents.live = contents.durable
                contents.pending.removeAll()
                state.inodes[inode] = contents
            }
        }
    }

    /// Loses everything, as when a volume is replaced.
    public func wipe() {
        self.state.withLock { state in
            let epoch = state.epoch + 1
            state = State()
            state.epoch = epoch
        }
    }

    fileprivate static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let size):
            if size < bytes.count {
                bytes.removeLast(bytes.count - size)
            } else {
                bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
            }
        case .write(let write):
            let end = write.offset + write.bytes.count
            if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
            bytes.replaceSubrange(write.offset..<end, with: write.bytes)
        }
    }

    fileprivate func withContents<Result>(
        of file: SimulatedFile,
        _ operation: String,
        _ body: (inout Contents) -> Result
    ) throws -> Result {
        try self.state.withLock { state in
            guard file.epoch == state.epoch, state.inodes[file.inode] != nil else {
                throw StorageError(operation: operation, path: file.path, code: 9, reason: "the file is closed")
            }
            // The placeholder leaves `body` the only owner of the arrays, so that they change in place.
            var contents = Contents()
            swap(&contents, &state.inodes[file.inode, default: Contents()])
            defer { state.inodes[file.inode] = contents }
            return body(&contents)
        }
    }
}

/// An open file of a ``SimulatedDisk``.
private final class SimulatedFile: StorageFile {
    let disk: SimulatedDisk
    let inode: Int
    let path: String
    let epoch: Int
    let descriptor: CInt? = nil

    init(disk: SimulatedDisk, inode: Int, path: String, epoch: Int) {
        self.disk = disk
        self.inode = inode
        self.path = path
        self.epoch = epoch
    }

    /// A handle of an earlier life sees nothing.
    var size: Int64 {
        (try? self.disk.withContents(of: self, "size") { Int64($0.live.count) }) ?? 0
    }

    func append(_ bytes: ByteBuffer) throws {
        try self.disk.withContents(of: self, "append") { contents in
            self.change(.write(.init(offset: contents.live.count, bytes: Array(bytes.readableBytesView))), &contents)
        }
    }

    func write(_ bytes: ByteBuffer, at offset: Int64) throws {
        try self.disk.withContents(of: self, "write") { contents in
            self.change(.write(.init(offset: Int(offset), bytes: Array(bytes.readableBytesView))), &contents)
        }
    }

    func read(at offset: Int64, count: Int) throws -> ByteBuffer {
        try self.disk.withContents(of: self, "read") { contents in
            let start = min(max(Int(offset), 0), contents.live.count)
            return ByteBuffer(bytes: contents.live[start..<min(start + count, contents.live.count)])
        }
    }

    func truncate(to size: Int64) throws {
        try self.disk.withContents(of: self, "truncate") { self.change(.truncate(Int(size)), &$0) }
    }

    func sync() throws {
        try self.disk.withContents(of: self, "sync") { contents in
            for change in contents.pending {
                SimulatedDisk.apply(change, to: &contents.durable)
            }
            contents.pending.removeAll()
        }
    }

    func close() throws {}

    private func change(_ change: SimulatedDisk.Change, _ contents: inout SimulatedDisk.Contents) {
        SimulatedDisk.apply(change, to: &contents.live)
        contents.pending.append(change)
    }
}
