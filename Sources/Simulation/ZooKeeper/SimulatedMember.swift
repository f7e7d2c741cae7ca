// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperLog
import ZooKeeperProtocol

/// A member with its disk. A class, since a run has one world and copies nothing of it.
final class SimulatedMember {
    let configuration: MemberConfiguration
    let storage = SimulatedDisk()
    var generator: SeededGenerator
    /// nil while it is down.
    var member: Member?
    var disk: MemberDisk?
    var process = NodeProcess<MemberEvent, MemberTimer>()
    var isTurnScheduled = false
    /// It will stand still as soon as it has sent its next heartbeats.
    var isToFreeze = false
    /// Handed over to the disk and not begun.
    var diskWork: [MemberEffect] = []
    /// What waits for the write under way; nil: the disk is idle.
    var underWay: [MemberEffect]?
    /// The clients connected, by connection.
    var connections: [ConnectionID: Int] = [:]
    /// The members it is linked with.
    var links: Set<MemberID> = []

    var life: Int { self.process.life }

    init(configuration: MemberConfiguration, generator: SeededGenerator) {
        self.configuration = configuration
        self.generator = generator
    }

    /// Starts with what is on its disk; returns what was found there.
    func boot(now: Instant) throws -> Member.Recovered {
        self.process.renew()
        self.isTurnScheduled = false
        self.isToFreeze = false
        self.diskWork = []
        self.underWay = nil
        self.connections = [:]
        self.links = []
        var limits = TransactionLog.Limits()
        limits.fileBytesMax = 2048
        limits.allocationBytes = 256
        let (disk, found) = try MemberDisk.open(
            data: self.storage,
            log: self.storage,
            snapshotsRetained: 2,
            limits: limits
        )
        let recovered = try Member.Recovered(
            snapshot: found.snapshot?.chunks,
            log: found.log.records.map { ($0.zxid, $0.payload) },
            committed: found.log.committed,
            epoch: found.log.vote.epoch,
            candidate: found.log.vote.candidate,
            isComplete: found.log.isComplete
        )
        guard recovered.isComplete else {
            throw LogError(file: "log", reason: "a crash was taken for somebody's damage")
        }
        self.disk = disk
        self.member = Member(
            configuration: self.configuration,
            recovered: recovered,
            random: self.generator.split("life \(self.process.life)"),
            now: now
        )
        return recovered
    }

    /// Writes what waits, without syncing; false when there is nothing to do.
    func beginWrite() throws -> Bool {
        guard self.underWay == nil, !self.diskWork.isEmpty else { return false }
        var work: [DiskWork] = []
        var waiting: [MemberEffect] = []
        for effect in self.diskWork {
            switch effect {
            case .append(let entries, let committed, let whenDurable):
                work.append(
                    .append(entries.map { LogRecord(zxid: $0.zxid, payload: $0.payload) }, committed: committed)
                )
                waiting += whenDurable
            case .truncate(let zxid, let whenDurable):
                work.append(.truncate(after: zxid))
                waiting += whenDurable
            case .saveVote(let epoch, let candidate, let whenDurable):
                work.append(.save(Vote(epoch: epoch, candidate: candidate?.rawValue ?? 0)))
                waiting += whenDurable
            case .install(let tree, let whenDurable):
                work.append(.install(AnySequence(tree.chunks(chunkBytes: 200)), at: tree.zxid))
                waiting += whenDurable
            case .takeSnapshot(let tree):
                work.append(.takeSnapshot(AnySequence(tree.chunks(chunkBytes: 200)), at: tree.zxid))
            case .markComplete:
                work.append(.markComplete)
            case .send, .unlink, .reply, .close, .setReading, .notify, .setTimer, .resigned, .reached:
                break
            }
        }
        self.diskWork = []
        self.underWay = waiting
        try self.disk?.write(work)
        return true
    }

    /// Syncs what was written; returns what waited for it.
    func finishWrite() throws -> [MemberEffect] {
        try self.disk?.sync()
        defer { self.underWay = nil }
        return self.underWay ?? []
    }
}
