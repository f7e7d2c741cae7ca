// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import NIOCore
package import ZooKeeperProtocol

/// A ZooKeeper server as a value: election, broadcast, sessions, watches and its clients' requests.
///
/// Transactions are ordered by epoch and counter. An epoch has one leader at most, since a majority promises itself to
/// it on disk, each to one candidate, and only to one that has every transaction the voter has. The leader's first
/// transaction opens the epoch; once a majority has that on disk, so has it all of the leader's log, which is thereby
/// committed. Followers hold a prefix of the leader's log: one that has more drops it, one that is far behind takes a
/// snapshot. What is applied is committed, always.
package struct Member: StateMachine, Hashable, Sendable {
    package typealias Event = MemberEvent
    package typealias Effect = MemberEffect

    /// What a member finds on its disk when it starts.
    package struct Recovered: Hashable, Sendable {
        /// The latest snapshot's state.
        package var tree = DataTree()
        /// The log after it.
        package var entries: [LogEntry] = []
        /// Up to where that is known to be committed.
        package var committed = Zxid.zero
        /// The epoch it has promised itself to, and whom it voted for.
        package var epoch = Epoch.zero
        /// Whom it voted for in that epoch.
        package var candidate: MemberID?
        /// Whether all that it ever acknowledged is there.
        package var isComplete = true

        /// An empty disk.
        package init() {}
    }

    /// The settings it was started with.
    package let configuration: MemberConfiguration
    /// The state after all that is committed as far as this member knows.
    package internal(set) var tree: DataTree

    var random: SeededGenerator
    var promisedEpoch: Epoch
    var candidate: MemberID?
    var window: LogWindow
    var isComplete: Bool

    // Exactly one of these three is there.
    var looking: Looking?
    var following: Following?
    var leading: Leading?

    var links: Set<MemberID> = []
    var clients = ClientTable()
    var watches = WatchTable()
    var refusesClients = false
    var isServing = false
    var isResigning = false
    /// After so many more transactions it takes a snapshot; members do so at different times.
    var untilSnapshot = 0

    // Of the event at hand.
    var now = Instant.zero
    var effects: [MemberEffect] = []

    /// A member with what it found on its disk. The seed decides its identifiers and delays.
    package init(configuration: MemberConfiguration, recovered: Recovered, random: SeededGenerator, now: Instant) {
        self.configuration = configuration
        self.random = random
        self.promisedEpoch = max(recovered.epoch, recovered.entries.last?.zxid.epoch ?? recovered.tree.zxid.epoch)
        self.candidate = recovered.epoch == self.promisedEpoch ? recovered.candidate : nil
        self.isComplete = recovered.isComplete || configuration.members.count == 1
        self.tree = recovered.tree
        self.window = LogWindow(floor: recovered.tree.zxid)
        for entry in recovered.entries {
            self.window.append(entry)
            if entry.zxid <= recovered.committed { _ = self.tree.apply(entry) }
        }
        self.now = now
        self.looking = Looking()
        self.untilSnapshot = Int.random(
            in: configuration.snapshotInterval / 2...configuration.snapshotInterval,
            using: &self.random
        )
        let wallClockMs = configuration.wallClockAtZeroMs + now.nanoseconds / 1_000_000
        self.clients.nextRequest = UInt64(bitPattern: wallClockMs) << 20
        self.clients.nextSession =
            Int64(configuration.id.rawValue) << 56 | (wallClockMs << 16) & 0x00ff_ffff_ffff_ffff
    }

    package mutating func handle(_ event: MemberEvent, now: Instant) -> [MemberEffect] {
        self.now = now
        switch event {
        case .started: self.start()
        case .turnEnded: self.endTurn()
        case .timer(.election): self.electionTimerFired()
        case .timer(.heartbeat): self.heartbeatTimerFired()
        case .timer(.clientGrace): self.graceTimerFired()
        case .timer(.resignation): self.effects.append(.resigned)
        case .linked(let peer): self.linked(peer)
        case .unlinked(let peer): self.unlinked(peer)
        case .message(let peer, let message): self.receive(message, from: peer)
        case .durable(let epoch, let zxid): self.becameDurable(zxid, in: epoch)
        case .voted(let epoch): self.votedForItself(in: epoch)
        case .connect(let client, let request): self.connect(client, request)
        case .request(let client, let xid, let request): self.request(client, xid: xid, request)
        case .disconnected(let client): self.disconnected(client)
        case .resign: self.resign()
        }
        let effects = self.effects
        self.effects = []
        return effects
    }

    var id: MemberID { self.configuration.id }

    /// Milliseconds since 1970.
    var wallClockMs: Int64 { self.configuration.wallClockAtZeroMs + self.now.nanoseconds / 1_000_000 }

    mutating func send(_ message: PeerMessage, to peer: MemberID) {
        self.effects.append(.send(peer, message))
    }

    mutating func setTimer(_ timer: MemberTimer, after delay: Duration) {
        self.effects.append(.setTimer(timer, at: self.now + delay))
    }

    /// A random part of a duration.
    mutating func upTo(_ duration: Duration) -> Duration {
        .nanoseconds(Int64.random(in: 0...duration.wholeNanoseconds, using: &self.random))
    }

    // MARK: - Links

    private mutating func linked(_ peer: MemberID) {
        self.links.insert(peer)
        if let leading = self.leading {
            self.leading?.peers[peer] = Leading.Progress(lastHeard: self.now)
            self.send(.newLeader(epoch: leading.epoch), to: peer)
        } else if self.looking != nil {
            self.linkedWhileLooking(to: peer)
        }
    }

    private mutating func unlinked(_ peer: MemberID) {
        self.links.remove(peer)
        if self.leading != nil {
            self.leading?.peers[peer] = nil
            if self.links.count + 1 < self.configuration.quorum { self.stepDown() }
        } else if self.following?.leader == peer {
            self.look()
        }
    }

    private mutating func receive(_ message: PeerMessage, from peer: MemberID) {
        self.leading?.peers[peer]?.lastHeard = self.now
        if self.following?.leader == peer { self.following?.lastHeard = self.now }
        switch message {
        case .preVote(let epoch, let last): self.preVoteAsked(by: peer, epoch: epoch, last: last)
        case .preVoteReply(let epoch, let isGranted): self.preVoteAnswered(by: peer, epoch: epoch, isGranted)
        case .requestVote(let epoch, let last): self.voteAsked(by: peer, epoch: epoch, last: last)
        case .voteReply(let epoch, let isGranted): self.voteAnswered(by: peer, epoch: epoch, isGranted)
        case .newLeader(let epoch): self.newLeader(peer, epoch: epoch)
        case .stale(let epoch): self.staleEpoch(promised: epoch)
        case .followerInfo(let epoch, let last): self.followerInfo(from: peer, epoch: epoch, last: last)
        case .truncate(let epoch, let after): self.truncate(from: peer, epoch: epoch, after: after)
        case .snapshot(let epoch, let tree): self.install(tree, from: peer, epoch: epoch)
        case .resume(let epoch, let barrier): self.resume(from: peer, epoch: epoch, barrier: barrier)
        case .append(let epoch, let previous, let entries):
            self.append(entries, previous: previous, from: peer, epoch: epoch)
        case .acknowledge(let epoch, let zxid): self.acknowledged(by: peer, epoch: epoch, zxid)
        case .commit(let epoch, let zxid): self.commit(upTo: zxid, from: peer, epoch: epoch)
        case .heartbeat(let epoch, let round): self.heartbeat(from: peer, epoch: epoch, round: round)
        case .heartbeatReply(let epoch, let round, let touched):
            self.heartbeatAnswered(by: peer, epoch: epoch, round: round, touched: touched)
        case .takeOver(let epoch): self.takeOver(from: peer, epoch: epoch)
        case .forward(let request): self.propose(request, from: peer)
        case .refused(let number, let refusal, let after): self.refused(number, refusal, after: after)
        case .revalidate(let number, let session, let password):
            self.revalidate(session, password: password, number: number, from: peer)
        case .revalidated(let number, let timeoutMs, let after):
            self.revalidated(number, timeoutMs: timeoutMs, after: after)
        case .sync(let number): self.sync(number, from: peer)
        case .synced(let number, let after): self.synced(number, after: after)
        case .sessionMoved(let session): self.sessionMoved(session)
        }
    }
}
