// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// Knows everything that happened, and says what must not have.
///
/// One leader an epoch; one transaction a place; every member applies a prefix of one order; what was acknowledged is
/// in it; a member's state is what that prefix gives; sessions do not expire while their clients are heard.
struct EnsembleChecker {
    /// A session that moves to another member is touched there; what the old one says later does not count.
    private static let expirySlack = Duration.milliseconds(100)

    private var leaders: [Epoch: MemberID] = [:]
    private var proposed: [Zxid: LogEntry] = [:]
    /// The one order, as far as any member has applied it.
    private var order: [LogEntry] = []
    private var places: [Zxid: Int] = [:]
    private var reference = DataTree()
    /// Each member's log, and how much of the order it has applied.
    private var logs: [MemberID: [LogEntry]] = [:]
    private var applied: [MemberID: Int] = [:]
    private var zxids: [MemberID: Zxid] = [:]
    private var heardAt: [SessionID: Instant] = [:]
    private var checks = 0
    /// The latest transaction that any client was told is done.
    private(set) var acknowledged = Zxid.zero

    /// The last place of the order.
    var end: Zxid { self.order.last?.zxid ?? .zero }

    mutating func booted(_ id: MemberID, _ recovered: Member.Recovered, as member: Member) throws {
        self.logs[id] = recovered.entries
        let zxid = member.tree.zxid
        guard let place = self.position(of: zxid) else {
            throw Violation("member \(id) starts at \(zxid), which nobody ever committed")
        }
        self.applied[id] = place
        self.zxids[id] = zxid
    }

    mutating func wentDown(_ id: MemberID) {
        self.zxids[id] = nil
    }

    /// A leader hears of sessions whose clients live.
    mutating func heard(_ sessions: [SessionID], at instant: Instant) {
        for session in sessions { self.heardAt[session] = instant }
    }

    /// A client was told that its write is done.
    mutating func acknowledged(_ zxid: Zxid, to session: SessionID) throws {
        guard let place = self.places[zxid] else {
            throw Violation("\(zxid) was acknowledged to \(session), but nobody has applied it")
        }
        guard self.order[place].session == session else {
            throw Violation("\(zxid) was acknowledged to \(session), but it is of \(self.order[place].session)")
        }
        self.acknowledged = max(self.acknowledged, zxid)
    }

    /// A member writes to its disk: its log changes.
    mutating func write(_ effect: MemberEffect, of id: MemberID) throws {
        switch effect {
        case .append(let entries, _, _):
            for entry in entries {
                if let other = self.proposed.updateValue(entry, forKey: entry.zxid), other != entry {
                    throw Violation("two transactions at \(entry.zxid): \(other) and \(entry)")
                }
            }
            self.logs[id, default: []] += entries
        case .truncate(let zxid, _):
            self.logs[id]?.removeAll { $0.zxid > zxid }
        case .install(let tree, _):
            self.logs[id] = []
            guard let place = self.position(of: tree.zxid) else {
                throw Violation("member \(id) takes a snapshot of \(tree.zxid), which nobody ever committed")
            }
            self.applied[id] = place
            self.zxids[id] = tree.zxid
        case .saveVote, .takeSnapshot, .markComplete, .send, .unlink, .reply, .close, .setReading, .notify, .setTimer,
            .resigned, .reached:
            break
        }
    }

    /// After each event of a member.
    mutating func check(_ member: Member) throws {
        let id = member.configuration.id
        if let epoch = member.ledEpoch {
            if let other = self.leaders[epoch], other != id {
                throw Violation("members \(other) and \(id) both lead epoch \(epoch)")
            }
            self.leaders[epoch] = id
        }
        let (before, after) = (self.zxids[id] ?? .zero, member.tree.zxid)
        guard before != after else { return }
        self.zxids[id] = after
        // A leader's own entries are in its log before they are handed to the disk.
        let log = self.logs[id] ?? []
        var start = log.endIndex
        while start > 0, log[start - 1].zxid > before { start -= 1 }
        for entry in log[start...] where entry.zxid <= after { try self.apply(entry, at: id) }
        guard self.order[max(0, (self.applied[id] ?? 0) - 1)].zxid == after else {
            throw Violation("member \(id) is at \(after) by a way that its log does not show")
        }
        self.checks += 1
        if self.checks % 20 == 0, after == self.end, member.tree != self.reference {
            throw Violation("member \(id) at \(after): \(self.difference(member.tree))")
        }
    }

    private mutating func apply(_ entry: LogEntry, at id: MemberID) throws {
        let place = self.applied[id] ?? 0
        self.applied[id] = place + 1
        if place < self.order.count {
            guard self.order[place] == entry else {
                throw Violation(
                    "member \(id) applies \(entry.zxid) where another has applied \(self.order[place].zxid)"
                )
            }
            return
        }
        if let last = self.order.last, last.zxid >= entry.zxid {
            throw Violation("member \(id) applies \(entry.zxid) after \(last.zxid)")
        }
        self.order.append(entry)
        self.places[entry.zxid] = place
        _ = self.reference.apply(entry)
        if case .closeSession = entry.transaction, entry.request == .none {
            try self.checkExpiry(entry)
        }
    }

    private func checkExpiry(_ entry: LogEntry) throws {
        guard let heard = self.heardAt[entry.session] else { return }
        let decided = Instant(nanoseconds: (entry.timeMs - 1_700_000_000_000) * 1_000_000)
        // 1.5 s is what clients ask for and get.
        guard decided - heard + Self.expirySlack >= .milliseconds(1_500) else {
            throw Violation(
                "session \(entry.session) expired \((decided - heard).seconds) s after its leader had heard of it"
            )
        }
    }

    /// At the end all members hold the same, and it is what the order gives.
    func checkEnd(_ members: [Member]) throws {
        for member in members where member.tree != self.reference {
            throw Violation("member \(member.configuration.id): \(self.difference(member.tree))")
        }
        for (path, node) in self.reference.everything where node.ephemeralOwner != .none {
            guard self.reference.isOpen(node.ephemeralOwner) else {
                throw Violation("\(path) has outlived its session")
            }
        }
    }

    private func difference(_ tree: DataTree) -> String {
        let (mine, theirs) = (self.reference.everything, tree.everything)
        let paths = Set(mine.map(\.path)).symmetricDifference(theirs.map(\.path)).sorted()
        return "its state is not what the transactions give\(paths.isEmpty ? "" : ": \(paths.joined(separator: ", "))")"
    }

    /// How much of the order a state of that place has.
    private func position(of zxid: Zxid) -> Int? {
        zxid == .zero ? 0 : self.places[zxid].map { $0 + 1 }
    }
}
