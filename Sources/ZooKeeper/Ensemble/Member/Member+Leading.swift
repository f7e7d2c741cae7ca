// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import HashTreeCollections
import NIOCore
import ZooKeeperProtocol

extension Member {
    /// A member that leads an epoch.
    struct Leading: Hashable, Sendable {
        /// How far a follower is.
        struct Progress: Hashable, Sendable {
            var lastHeard: Instant
            /// Whether it has said where it is, so that transactions are sent to it as they come.
            var isStreaming = false
            /// The last transaction sent.
            var sent = Zxid.zero
            /// The last one known to be on its disk.
            var acknowledged = Zxid.zero
            /// The last one it was told to be committed.
            var committed = Zxid.zero
            /// The last heartbeat it answered.
            var round: UInt64 = 0

            init(lastHeard: Instant) { self.lastHeard = lastHeard }
        }

        /// A sync that waits for a majority to confirm that this still is the leader.
        struct Sync: Hashable, Sendable {
            var member: MemberID
            var number: UInt64
            var round: UInt64
            var after: Zxid
        }

        var epoch: Epoch
        /// The state after all that is decided, committed or not.
        var decided: DataTree
        /// Decided in this turn: written and sent at its end.
        var unsent: [LogEntry] = []
        /// The last transaction on its own disk.
        var durable = Zxid.zero
        var peers: [MemberID: Progress] = [:]
        var sessions = SessionTracker()
        var round: UInt64 = 0
        var syncs: [Sync] = []
        var hasHandedOver = false
    }

    mutating func lead(in epoch: Epoch) {
        self.effects.append(.reached(.electionWon))
        self.looking = nil
        var leading = Leading(epoch: epoch, decided: self.tree)
        for entry in self.window.entries(after: self.tree.zxid, upTo: self.window.last) {
            _ = leading.decided.apply(entry)
        }
        for (session, state) in leading.decided.sessions {
            leading.sessions.open(session, timeoutMs: state.timeoutMs, now: self.now)
        }
        for peer in self.links {
            leading.peers[peer] = Leading.Progress(lastHeard: self.now)
        }
        self.leading = leading
        for peer in self.links.sorted() { self.send(.newLeader(epoch: epoch), to: peer) }
        self.decide(.openEpoch, session: .none, request: .none, zxid: Zxid(epoch: epoch, counter: 0))
        self.setTimer(.heartbeat, after: self.configuration.heartbeatInterval)
    }

    /// What it has decided in this turn is neither on its disk nor known to anybody: it never was.
    mutating func stopLeading() {
        if let first = self.leading?.unsent.first?.zxid {
            self.window.truncate(after: Zxid(rawValue: first.rawValue - 1))
        }
        self.leading = nil
    }

    /// Adds a decided transaction to the log.
    mutating func decide(_ transaction: Transaction, session: SessionID, request: RequestID, zxid: Zxid? = nil) {
        let entry = LogEntry(
            zxid: zxid ?? self.window.last.successor,
            timeMs: self.wallClockMs,
            session: session,
            request: request,
            transaction: transaction
        )
        self.window.append(entry)
        self.leading?.unsent.append(entry)
        _ = self.leading?.decided.apply(entry)
    }

    mutating func endTurn() {
        guard let leading = self.leading else { return }
        if let last = leading.unsent.last?.zxid {
            self.leading?.unsent = []
            self.effects.append(
                .append(
                    leading.unsent,
                    committed: self.tree.zxid,
                    whenDurable: [.notify(.durable(epoch: leading.epoch, last))]
                )
            )
        }
        if leading.syncs.contains(where: { $0.round > leading.round }) { self.sendHeartbeats() }
        for peer in leading.peers.keys.sorted() {
            self.sendEntries(to: peer)
            self.sendCommit(to: peer)
        }
    }

    // MARK: - Followers

    mutating func followerInfo(from peer: MemberID, epoch: Epoch, last: Zxid) {
        guard let leading = self.leading, leading.epoch == epoch, leading.peers[peer] != nil else { return }
        if self.window.contains(last) || self.configuration.defect == .skipTruncation && last >= self.window.floor {
            self.effects.append(.reached(.caughtUpByLog))
            self.stream(to: peer, from: last, acknowledged: last)
        } else if let common = self.window.latest(upTo: last) {
            self.send(.truncate(epoch: epoch, after: common), to: peer)
        } else {
            self.sendSnapshot(to: peer)
        }
    }

    private mutating func sendSnapshot(to peer: MemberID) {
        guard let epoch = self.leading?.epoch else { return }
        self.send(.snapshot(epoch: epoch, self.tree), to: peer)
        self.stream(to: peer, from: self.tree.zxid, acknowledged: .zero)
    }

    private mutating func stream(to peer: MemberID, from start: Zxid, acknowledged: Zxid) {
        guard let epoch = self.leading?.epoch else { return }
        self.leading?.peers[peer]?.isStreaming = true
        self.leading?.peers[peer]?.sent = start
        self.leading?.peers[peer]?.acknowledged = acknowledged
        self.leading?.peers[peer]?.committed = .zero
        self.send(.resume(epoch: epoch, barrier: self.window.last), to: peer)
        self.sendEntries(to: peer)
    }

    private mutating func sendEntries(to peer: MemberID) {
        guard let leading = self.leading, let progress = leading.peers[peer], progress.isStreaming,
            progress.sent < self.window.last
        else { return }
        guard self.window.contains(progress.sent) || self.configuration.defect == .skipTruncation else {
            self.sendSnapshot(to: peer)
            return
        }
        let room = self.configuration.inFlightEntriesMax - self.window.distance(progress.acknowledged, progress.sent)
        let entries = self.window.entries(
            after: progress.sent,
            count: max(0, room),
            bytesMax: self.configuration.messageBytesMax
        )
        guard let last = entries.last?.zxid else { return }
        self.send(.append(epoch: leading.epoch, previous: progress.sent, entries: entries), to: peer)
        self.leading?.peers[peer]?.sent = last
    }

    private mutating func sendCommit(to peer: MemberID) {
        guard let leading = self.leading, let progress = leading.peers[peer], progress.isStreaming else { return }
        let committed = min(self.tree.zxid, progress.sent)
        guard committed > progress.committed else { return }
        self.leading?.peers[peer]?.committed = committed
        self.send(.commit(epoch: leading.epoch, committed), to: peer)
    }

    mutating func acknowledged(by peer: MemberID, epoch: Epoch, _ zxid: Zxid) {
        guard let leading = self.leading, leading.epoch == epoch, let progress = leading.peers[peer] else { return }
        // Nobody can have what does not exist.
        guard zxid <= self.window.last else {
            self.effects.append(.unlink(peer))
            return
        }
        self.leading?.peers[peer]?.acknowledged = max(progress.acknowledged, zxid)
        self.advanceCommit()
        self.handOverIfPossible()
    }

    mutating func becameDurable(_ zxid: Zxid, in epoch: Epoch) {
        guard let leading = self.leading, leading.epoch == epoch else { return }
        self.leading?.durable = max(leading.durable, zxid)
        self.advanceCommit()
    }

    private mutating func advanceCommit() {
        guard let leading = self.leading else { return }
        var positions = leading.peers.values.filter(\.isStreaming).map(\.acknowledged) + [leading.durable]
        if self.configuration.defect == .countSelfTwice { positions.append(leading.durable) }
        positions.sort(by: >)
        guard positions.count >= self.configuration.quorum else { return }
        let common = positions[self.configuration.quorum - 1]
        // Copies of an earlier epoch's transaction prove nothing: another leader may still void them.
        guard common.epoch == leading.epoch else { return }
        guard let committed = self.window.latest(upTo: common), committed > self.tree.zxid else { return }
        self.commit(upTo: committed)
        // Nothing is under way: both states are the same, so they can share their memory again.
        if self.tree.zxid == self.window.last { self.leading?.decided = self.tree }
        if !self.isServing, self.tree.zxid.epoch == leading.epoch { self.startServing() }
    }

    // MARK: - Heartbeats

    mutating func heartbeatTimerFired() {
        guard let leading = self.leading else { return }
        let heard = leading.peers.values.filter { $0.lastHeard + self.configuration.silenceMax > self.now }.count
        guard heard + 1 >= self.configuration.quorum else {
            self.stepDown()
            return
        }
        self.sendHeartbeats()
        self.leading?.sessions.touch(self.clients.takeTouched(), now: self.now)
        // One that goes decides nothing any more: its heir has to have everything.
        let expired = self.isResigning ? [] : self.leading?.sessions.takeExpired(now: self.now) ?? []
        for session in expired {
            self.effects.append(.reached(.sessionExpired))
            self.decide(.closeSession, session: session, request: .none)
        }
        self.setTimer(.heartbeat, after: self.configuration.heartbeatInterval)
    }

    private mutating func sendHeartbeats() {
        guard let leading = self.leading else { return }
        let round = leading.round + 1
        self.leading?.round = round
        for peer in leading.peers.keys.sorted() {
            self.send(.heartbeat(epoch: leading.epoch, round: round), to: peer)
        }
        self.answerSyncs()
    }

    mutating func heartbeatAnswered(by peer: MemberID, epoch: Epoch, round: UInt64, touched: [SessionID]) {
        guard let leading = self.leading, leading.epoch == epoch, let progress = leading.peers[peer] else { return }
        self.leading?.peers[peer]?.round = max(progress.round, round)
        if self.configuration.defect != .ignoreTouches {
            self.leading?.sessions.touch(touched, at: peer, now: self.now)
        }
        self.answerSyncs()
    }

    /// Answers the syncs whose heartbeat a majority has answered: until then there was no other leader.
    private func confirmedRound(_ leading: Leading) -> UInt64 {
        if self.configuration.defect == .unconfirmedSync { return .max }
        let rounds = (leading.peers.values.map(\.round) + [leading.round]).sorted(by: >)
        return rounds.count >= self.configuration.quorum ? rounds[self.configuration.quorum - 1] : 0
    }

    mutating func answerSyncs() {
        guard let leading = self.leading, !leading.syncs.isEmpty else { return }
        let confirmed = self.confirmedRound(leading)
        for sync in leading.syncs where sync.round <= confirmed {
            self.answerToMember(sync.member, .synced(number: sync.number, after: sync.after))
        }
        self.leading?.syncs.removeAll { $0.round <= confirmed }
    }

    // MARK: - Going

    mutating func resign() {
        self.isResigning = true
        self.setTimer(.resignation, after: self.configuration.resignationMax)
        self.handOverIfPossible()
        self.finishResignation()
    }

    /// Tells the follower that has everything to stand for election.
    mutating func handOverIfPossible() {
        guard self.isResigning, let leading = self.leading, !leading.hasHandedOver, leading.unsent.isEmpty else {
            return
        }
        let last = self.window.last
        guard let heir = leading.peers.keys.sorted().first(where: { leading.peers[$0]?.acknowledged == last }) else {
            return
        }
        self.leading?.hasHandedOver = true
        self.send(.takeOver(epoch: leading.epoch), to: heir)
    }

    /// It may go when it leads nobody and none of its clients waits for an answer.
    mutating func finishResignation() {
        guard self.isResigning else { return }
        let hasHeir = self.leading == nil || self.configuration.quorum == 1
        if hasHeir, self.clients.outstanding.isEmpty { self.effects.append(.resigned) }
    }
}
