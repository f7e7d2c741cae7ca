// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperProtocol

extension Member {
    /// A member that follows a leader.
    struct Following: Hashable, Sendable {
        var leader: MemberID
        var epoch: Epoch
        var lastHeard: Instant
        /// Once everything up to there is applied, clients are served.
        var barrier: Zxid?
        /// Whether the whole log is the leader's: what it has acknowledged counts for this leader, and must stay.
        var isInLine = false
    }

    mutating func newLeader(_ peer: MemberID, epoch: Epoch) {
        guard epoch >= self.promisedEpoch else {
            self.send(.stale(epoch: self.promisedEpoch), to: peer)
            return
        }
        guard self.leading?.epoch != epoch else { return }
        self.stopServing()
        if self.leading != nil { self.effects.append(.reached(.steppedDown)) }
        self.stopLeading()
        self.looking = nil
        let isInLine = self.isInLine(with: peer, epoch)
        self.following = Following(leader: peer, epoch: epoch, lastHeard: self.now, isInLine: isInLine)
        if epoch > self.promisedEpoch {
            self.promisedEpoch = epoch
            self.candidate = nil
            self.effects.append(.saveVote(epoch, candidate: nil, whenDurable: []))
        }
        self.setTimer(.election, after: self.configuration.silenceMax)
        self.reportPosition(epoch)
    }

    /// Says where its log ends, once all of it is on disk.
    private mutating func reportPosition(_ epoch: Epoch) {
        guard let leader = self.following?.leader else { return }
        self.effects.append(
            .append(
                [],
                committed: self.tree.zxid,
                whenDurable: [.send(leader, .followerInfo(epoch: epoch, last: self.window.last))]
            )
        )
    }

    private func follows(_ peer: MemberID, _ epoch: Epoch) -> Bool {
        self.following?.leader == peer && self.following?.epoch == epoch
    }

    /// A leader that hears of a position twice answers twice, and the second answer finds a log that has gone on since:
    /// it would void what is acknowledged, and may be committed by that.
    private func isInLine(with peer: MemberID, _ epoch: Epoch) -> Bool {
        self.follows(peer, epoch) && self.following?.isInLine == true
    }

    mutating func truncate(from peer: MemberID, epoch: Epoch, after zxid: Zxid) {
        guard self.follows(peer, epoch) else { return }
        guard !self.isInLine(with: peer, epoch) || zxid >= self.window.last else {
            self.reportPosition(epoch)
            return
        }
        guard zxid >= self.tree.zxid else {
            self.effects.append(.reached(.truncationRefused))
            self.effects.append(.unlink(peer))
            return
        }
        self.effects.append(.reached(.truncation))
        self.window.truncate(after: zxid)
        self.effects.append(
            .truncate(
                after: zxid,
                whenDurable: [.send(peer, .followerInfo(epoch: epoch, last: self.window.last))]
            )
        )
    }

    mutating func install(_ tree: DataTree, from peer: MemberID, epoch: Epoch) {
        guard self.follows(peer, epoch) else { return }
        guard !self.isInLine(with: peer, epoch) || tree.zxid > self.window.last else {
            self.reportPosition(epoch)
            return
        }
        guard tree.zxid >= self.tree.zxid else {
            self.effects.append(.reached(.truncationRefused))
            self.effects.append(.unlink(peer))
            return
        }
        self.effects.append(.reached(.snapshotInstalled))
        // What happened in between is not known one by one, neither to requests nor to watches.
        self.dropClients()
        self.tree = tree
        self.window = LogWindow(floor: tree.zxid)
        self.following?.isInLine = true
        self.untilSnapshot = self.configuration.snapshotInterval
        self.effects.append(
            .install(tree, whenDurable: [.send(peer, .acknowledge(epoch: epoch, tree.zxid))])
        )
    }

    mutating func resume(from peer: MemberID, epoch: Epoch, barrier: Zxid) {
        guard self.follows(peer, epoch) else { return }
        self.following?.barrier = barrier
        self.serveIfCaughtUp()
    }

    mutating func append(_ entries: [LogEntry], previous: Zxid, from peer: MemberID, epoch: Epoch) {
        guard self.follows(peer, epoch), !entries.isEmpty else { return }
        if previous != self.window.last, self.configuration.defect != .skipTruncation {
            // Sent before the leader knew where we are; it will send again from there.
            self.reportPosition(epoch)
            return
        }
        var last = self.window.last
        for entry in entries {
            guard entry.zxid > last else {
                if self.configuration.defect == .skipTruncation { continue }
                self.effects.append(.unlink(peer))
                return
            }
            last = entry.zxid
            self.window.append(entry)
        }
        self.following?.isInLine = true
        let acknowledgement = MemberEffect.send(peer, .acknowledge(epoch: epoch, last))
        if self.configuration.defect == .acknowledgeBeforeDurable {
            self.effects += [acknowledgement, .append(entries, committed: self.tree.zxid, whenDurable: [])]
        } else {
            self.effects.append(.append(entries, committed: self.tree.zxid, whenDurable: [acknowledgement]))
        }
    }

    mutating func commit(upTo zxid: Zxid, from peer: MemberID, epoch: Epoch) {
        // What was meant for an earlier attempt to follow says nothing about a log that has not been brought in line.
        guard self.follows(peer, epoch), self.window.contains(zxid) else { return }
        self.commit(upTo: zxid)
        self.serveIfCaughtUp()
    }

    mutating func heartbeat(from peer: MemberID, epoch: Epoch, round: UInt64) {
        guard self.follows(peer, epoch) else { return }
        let touched = self.clients.takeTouched()
        self.send(.heartbeatReply(epoch: epoch, round: round, touched: touched), to: peer)
    }

    private mutating func serveIfCaughtUp() {
        guard let barrier = self.following?.barrier, self.tree.zxid >= barrier, !self.isServing else { return }
        if !self.isComplete {
            self.isComplete = true
            self.effects.append(.markComplete)
        }
        self.startServing()
    }

    /// Applies everything up to a committed transaction.
    mutating func commit(upTo zxid: Zxid) {
        guard zxid > self.tree.zxid else { return }
        for entry in self.window.entries(after: self.tree.zxid, upTo: zxid) {
            self.apply(entry)
        }
        self.drainParked()
        self.window.trim(
            to: self.configuration.windowEntriesMax,
            bytesMax: self.configuration.windowBytesMax,
            committed: self.tree.zxid
        )
        if self.untilSnapshot <= 0 {
            self.untilSnapshot = self.configuration.snapshotInterval
            self.effects.append(.takeSnapshot(self.tree))
        }
    }

    private mutating func apply(_ entry: LogEntry) {
        let outcome: DataTree.Outcome
        if self.configuration.defect == .keepEphemerals, self.leading != nil, entry.transaction == .closeSession {
            outcome = self.tree.applyKeepingEphemerals(entry)
        } else {
            outcome = self.tree.apply(entry)
        }
        self.untilSnapshot -= 1
        for change in outcome.changes {
            for client in self.watches.fire(change) {
                self.effects.append(.reply(client, .event(change)))
            }
        }
        if entry.request.member == self.id {
            self.answer(entry, outcome.response)
        }
        switch entry.transaction {
        case .closeSession: self.sessionClosed(entry.session, by: entry.request)
        case .openEpoch, .openSession, .create, .delete, .setData, .setACL, .check, .multi: break
        }
    }
}
