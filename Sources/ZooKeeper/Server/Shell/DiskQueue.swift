// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization
import ZooKeeperEnsemble
import ZooKeeperLog
import ZooKeeperProtocol

/// The member's disk on a thread of its own: what has gathered while it was busy is one write and one sync.
final class DiskQueue: Sendable {
    private struct State {
        var waiting: [MemberEffect] = []
        /// A snapshot has been stored: older ones can go.
        var hasNewSnapshot = false
        var isRunning = false
        var isClosed = false
    }

    private struct Disk: ~Copyable {
        var disk: MemberDisk
    }

    private let queue = DispatchQueue(label: "zookeeper.disk")
    /// Snapshots take long; transactions do not wait for them.
    private let snapshotQueue = DispatchQueue(label: "zookeeper.snapshots", qos: .background)
    private let snapshots: SnapshotFiles
    private let state = Mutex(State())
    private let disk: Mutex<Disk>
    private let whenDurable: @Sendable ([MemberEffect]) -> Void
    private let whenFailed: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - whenDurable: called with what waited for the disk, in order.
    ///   - whenFailed: called once; nothing is written afterwards.
    init(
        disk: sending MemberDisk,
        whenDurable: @escaping @Sendable ([MemberEffect]) -> Void,
        whenFailed: @escaping @Sendable (any Error) -> Void
    ) {
        self.snapshots = disk.snapshots
        self.disk = Mutex(Disk(disk: disk))
        self.whenDurable = whenDurable
        self.whenFailed = whenFailed
    }

    /// Does disk work, in the order it was handed over.
    func perform(_ effects: [MemberEffect]) {
        for effect in effects {
            if case .takeSnapshot(let tree) = effect { self.snapshotQueue.async { self.save(tree) } }
        }
        self.wake { $0.waiting += effects }
    }

    private func save(_ tree: DataTree) {
        do {
            try self.snapshots.save(tree.chunks(), at: tree.zxid)
            self.wake { $0.hasNewSnapshot = true }
        } catch {
            self.whenFailed(error)
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let starts = self.state.withLock { state in
            if state.isClosed { return false }
            change(&state)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if starts { self.queue.async { self.run() } }
    }

    /// Finishes what was handed over and closes the files.
    func close() {
        self.state.withLock { $0.isClosed = true }
        self.snapshotQueue.sync {}
        self.queue.sync {
            do {
                try self.disk.withLock { try $0.disk.close() }
            } catch {
                self.whenFailed(error)
            }
        }
    }

    private func run() {
        while true {
            let (work, hasNewSnapshot) = self.state.withLock { state in
                if state.waiting.isEmpty, !state.hasNewSnapshot { state.isRunning = false }
                defer { (state.waiting, state.hasNewSnapshot) = ([], false) }
                return (state.waiting, state.hasNewSnapshot)
            }
            if work.isEmpty, !hasNewSnapshot { return }
            do {
                let durable = try self.disk.withLock { state in
                    if hasNewSnapshot { try state.disk.removeSuperfluous() }
                    return try state.disk.perform(work)
                }
                if !durable.isEmpty { self.whenDurable(durable) }
            } catch {
                self.state.withLock { $0.isClosed = true }
                self.whenFailed(error)
                return
            }
        }
    }
}

extension MemberDisk {
    /// Does a batch of work with one sync at its end; returns what waited for it.
    fileprivate mutating func perform(_ effects: [MemberEffect]) throws -> [MemberEffect] {
        var durable: [MemberEffect] = []
        var work: [DiskWork] = []
        for effect in effects {
            switch effect {
            case .append(let entries, let committed, let whenDurable):
                work.append(
                    .append(entries.map { LogRecord(zxid: $0.zxid, payload: $0.payload) }, committed: committed)
                )
                durable += whenDurable
            case .truncate(let zxid, let whenDurable):
                work.append(.truncate(after: zxid))
                durable += whenDurable
            case .saveVote(let epoch, let candidate, let whenDurable):
                work.append(.save(Vote(epoch: epoch, candidate: candidate?.rawValue ?? 0)))
                durable += whenDurable
            case .install(let tree, let whenDurable):
                work.append(.install(AnySequence(tree.chunks()), at: tree.zxid))
                durable += whenDurable
            case .markComplete:
                work.append(.markComplete)
            case .takeSnapshot, .send, .unlink, .reply, .close, .setReading, .notify, .setTimer, .resigned, .reached:
                break
            }
        }
        try self.write(work)
        try self.sync()
        return durable
    }
}
