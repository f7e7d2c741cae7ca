// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism

/// One replica of a partition: follower or leader, its epoch, its log's state, and as a leader the others' progress.
///
/// The rules are Kafka's: what every in-sync replica holds is below the high watermark; only the controller changes the
/// in-sync set (KIP-497), and until it has answered, the larger of the two sets counts; a follower truncates to where its
/// epochs part from the leader's (KIP-101, KIP-279).
package struct Partition: Hashable, Sendable {
    /// What a leader knows of a follower.
    package struct Progress: Hashable, Sendable {
        /// The follower's log end: what it fetches next.
        package var endOffset: Int64 = -1
        /// When it last had everything that the leader had at that time.
        package var lastCaughtUp: Instant
        /// The leader's log end at the follower's last fetch, and when that was.
        package var leaderEndOffset: Int64 = 0
        package var lastFetch: Instant
        /// The high watermark it was told last.
        package var toldHighWatermark: Int64 = -1
    }

    /// A change of the in-sync set that the controller was asked for and has not answered.
    package struct PendingInSync: Hashable, Sendable {
        package var inSync: [Int32]
        /// Whether the request is under way; otherwise it goes with the next one.
        package var isSent = false
    }

    /// What only a leader has.
    package struct Leadership: Hashable, Sendable {
        /// The log end at the time it became leader: an in-sync follower has at least that.
        package var epochStartOffset: Int64
        package var followers: [Int32: Progress]
        package var pending: PendingInSync?
        /// After a refusal: not to be asked again before.
        package var askAgain = Instant.zero
    }

    package enum Role: Hashable, Sendable {
        /// Not told by any controller yet, or told to stop.
        case idle
        case leader(Leadership)
        case follower(of: Int32)
    }

    package let id: TopicPartition
    package private(set) var role = Role.idle
    /// Nil until the log is open.
    package private(set) var log: LogState?
    package private(set) var highWatermark: Int64
    package private(set) var replicas: [Int32] = []
    /// The committed in-sync set.
    package private(set) var inSync: [Int32] = []
    package private(set) var leaderEpoch: Int32 = -1
    package private(set) var partitionEpoch: Int32 = -1
    package private(set) var leader: Int32 = -1

    /// A replica nobody has told its role; `highWatermark` comes from the checkpoint.
    package init(id: TopicPartition, log: LogState?, highWatermark: Int64 = 0) {
        self.id = id
        self.log = log
        self.highWatermark = log.map { min(max(highWatermark, $0.startOffset), $0.endOffset) } ?? highWatermark
    }

    package var isLeader: Bool {
        if case .leader = self.role { true } else { false }
    }

    package var endOffset: Int64 { self.log?.endOffset ?? 0 }

    /// The in-sync set that the high watermark respects: with a change pending, everybody who may be in it.
    var effectiveInSync: [Int32] {
        guard case .leader(let leadership) = self.role, let pending = leadership.pending else { return self.inSync }
        return self.inSync + pending.inSync.filter { !self.inSync.contains($0) }
    }

    // MARK: - What the controller says

    /// Whether the state is newer than what this replica acts upon.
    package func isNews(_ state: PartitionState) -> Bool {
        state.leaderEpoch > self.leaderEpoch
            || (state.leaderEpoch == self.leaderEpoch && state.partitionEpoch > self.partitionEpoch)
    }

    /// Takes the controller's word. A new epoch begins a new role; within an epoch only the in-sync set changes.
    package mutating func assign(_ state: PartitionState, replicas: [Int32], me: Int32, now: Instant) {
        let isNewEpoch = state.leaderEpoch > self.leaderEpoch
        self.replicas = replicas
        self.inSync = state.inSync
        self.leader = state.leader
        self.leaderEpoch = state.leaderEpoch
        self.partitionEpoch = state.partitionEpoch
        if state.leader == me {
            if !isNewEpoch, case .leader(var leadership) = self.role {
                leadership.pending = nil
                self.track(replicas, in: &leadership, me: me, now: now)
                self.role = .leader(leadership)
            } else {
                var leadership = Leadership(epochStartOffset: self.endOffset, followers: [:])
                self.track(replicas, in: &leadership, me: me, now: now)
                self.role = .leader(leadership)
            }
        } else {
            self.role = .follower(of: state.leader)
        }
    }

    private func track(_ replicas: [Int32], in leadership: inout Leadership, me: Int32, now: Instant) {
        var followers: [Int32: Progress] = [:]
        for replica in replicas where replica != me {
            followers[replica] = leadership.followers[replica] ?? Progress(lastCaughtUp: now, lastFetch: now)
        }
        leadership.followers = followers
    }

    /// Stops following and leading, as before a deletion or the end of the process.
    package mutating func stop() {
        self.role = .idle
        self.leader = -1
    }

    // MARK: - What the log says

    /// The log is open.
    package mutating func opened(_ log: LogState) {
        self.logChanged(log)
        self.highWatermark = min(max(self.highWatermark, log.startOffset), log.endOffset)
        if case .leader(var leadership) = self.role {
            leadership.epochStartOffset = log.endOffset
            self.role = .leader(leadership)
        }
    }

    /// Records were appended, or the log was truncated.
    package mutating func logChanged(_ log: LogState) {
        self.log = log
        if log.endOffset < self.highWatermark { self.highWatermark = log.endOffset }
    }

    // MARK: - The high watermark

    /// Raises a leader's high watermark to what every in-sync replica holds; tells whether it moved.
    package mutating func advanceHighWatermark(me: Int32) -> Bool {
        guard case .leader(let leadership) = self.role, let log = self.log else { return false }
        var lowest = log.endOffset
        for replica in self.effectiveInSync where replica != me {
            lowest = min(lowest, leadership.followers[replica]?.endOffset ?? -1)
        }
        guard lowest > self.highWatermark else { return false }
        self.highWatermark = lowest
        return true
    }

    /// A follower hears of the leader's high watermark, which may be beyond its own log.
    package mutating func followHighWatermark(_ leaders: Int64) {
        guard let log = self.log else { return }
        let known = min(leaders, log.endOffset)
        if known > self.highWatermark { self.highWatermark = known }
    }

    // MARK: - Followers' fetches

    /// Where a follower's log parts from this one; nil when it is a prefix of it.
    package func divergence(lastFetchedEpoch: Int32, fetchOffset: Int64) -> (epoch: Int32, endOffset: Int64)? {
        guard let log = self.log, lastFetchedEpoch >= 0 else { return nil }
        guard let end = log.end(ofEpoch: lastFetchedEpoch) else { return (-1, log.startOffset) }
        return end.epoch < lastFetchedEpoch || end.endOffset < fetchOffset ? end : nil
    }

    /// Notes what a follower's fetch says about its log.
    package mutating func followerFetched(_ replica: Int32, offset: Int64, now: Instant) {
        guard case .leader(var leadership) = self.role, var progress = leadership.followers[replica] else { return }
        self.role = .idle  // the only owner of the dictionary, so that it changes in place
        if offset >= self.endOffset {
            progress.lastCaughtUp = max(progress.lastCaughtUp, now)
        } else if offset >= progress.leaderEndOffset {
            progress.lastCaughtUp = max(progress.lastCaughtUp, progress.lastFetch)
        }
        progress.endOffset = offset
        progress.leaderEndOffset = self.endOffset
        progress.lastFetch = now
        leadership.followers[replica] = progress
        self.role = .leader(leadership)
    }

    /// The high watermark that a follower was told last, -1 if none.
    func toldHighWatermark(_ replica: Int32) -> Int64 {
        guard case .leader(let leadership) = self.role else { return -1 }
        return leadership.followers[replica]?.toldHighWatermark ?? -1
    }

    mutating func tell(_ replica: Int32, highWatermark: Int64) {
        guard case .leader(var leadership) = self.role else { return }
        self.role = .idle  // as above
        leadership.followers[replica]?.toldHighWatermark = highWatermark
        self.role = .leader(leadership)
    }

    /// Whether a follower has earned its place in the in-sync set: it holds what is committed and what this epoch
    /// began with (KAFKA-7128).
    package func mayJoin(_ replica: Int32, now: Instant) -> Bool {
        guard case .leader(let leadership) = self.role, leadership.pending == nil, leadership.askAgain <= now,
            let progress = leadership.followers[replica], !self.inSync.contains(replica)
        else { return false }
        return progress.endOffset >= self.highWatermark && progress.endOffset >= leadership.epochStartOffset
    }

    /// The in-sync replicas that have not had everything for longer than that.
    package func laggards(now: Instant, lagMax: Duration, me: Int32) -> [Int32] {
        guard case .leader(let leadership) = self.role, leadership.pending == nil, leadership.askAgain <= now else {
            return []
        }
        return self.inSync.filter { replica in
            guard replica != me, let progress = leadership.followers[replica] else { return false }
            return progress.endOffset < self.endOffset && now - progress.lastCaughtUp > lagMax
        }
    }

    // MARK: - Changes of the in-sync set

    /// Proposes a change; it takes effect when the controller agrees.
    package mutating func propose(inSync: [Int32]) {
        guard case .leader(var leadership) = self.role else { return }
        leadership.pending = PendingInSync(inSync: inSync)
        self.role = .leader(leadership)
    }

    /// The proposal to send now, if there is one that is not under way.
    package var unsentProposal: [Int32]? {
        guard case .leader(let leadership) = self.role, let pending = leadership.pending, !pending.isSent else {
            return nil
        }
        return pending.inSync
    }

    package mutating func proposalSent(_ isSent: Bool) {
        guard case .leader(var leadership) = self.role else { return }
        leadership.pending?.isSent = isSent
        self.role = .leader(leadership)
    }

    /// The controller agreed (or tells what holds instead).
    package mutating func inSyncCommitted(_ inSync: [Int32], partitionEpoch: Int32) {
        guard case .leader(var leadership) = self.role, partitionEpoch > self.partitionEpoch else { return }
        leadership.pending = nil
        self.role = .leader(leadership)
        self.inSync = inSync
        self.partitionEpoch = partitionEpoch
    }

    /// The controller refused: nothing changes, and it is not asked again before that time.
    package mutating func inSyncRefused(askAgain: Instant) {
        guard case .leader(var leadership) = self.role else { return }
        leadership.pending = nil
        leadership.askAgain = askAgain
        self.role = .leader(leadership)
    }
}
