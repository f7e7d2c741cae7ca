// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What a member is told when it starts.
package struct MemberConfiguration: Hashable, Sendable {
    /// This member.
    package var id: MemberID
    /// All members, this one too.
    package var members: [MemberID]
    /// The shortest session timeout that is granted, in milliseconds.
    package var minSessionTimeoutMs: Int32 = 4_000
    /// The longest, in milliseconds.
    package var maxSessionTimeoutMs: Int32 = 40_000
    /// How often a leader shows that it lives.
    package var heartbeatInterval = Duration.milliseconds(150)
    /// After so long without a sign, a leader or a quorum counts as lost. (A link that breaks counts at once.)
    package var silenceMax = Duration.milliseconds(1_800)
    /// Members stand for election one after another, this far apart, so that votes do not split.
    package var electionStagger = Duration.milliseconds(12)
    /// An election that has come to nothing is tried again after this.
    package var electionRetry = Duration.milliseconds(180)
    /// How long clients are kept waiting without a leader before they are disconnected.
    package var clientGrace = Duration.seconds(1)
    /// How long a leader that resigns waits for somebody to take over.
    package var resignationMax = Duration.seconds(2)
    /// Milliseconds since 1970 at ``Instant/zero``.
    package var wallClockAtZeroMs: Int64 = 0
    /// After so many transactions a snapshot is taken.
    package var snapshotInterval = 50_000
    /// So many committed transactions are kept for followers that were away for a moment.
    package var windowEntriesMax = 2_000
    /// And no more than about so many bytes of them.
    package var windowBytesMax = 16 * 1024 * 1024
    /// So many bytes of transactions go into one message, or a single larger one.
    package var messageBytesMax = 4 * 1024 * 1024
    /// So many transactions may be under way to a follower before it acknowledges.
    package var inFlightEntriesMax = 4_000
    /// So many requests of one client may wait for their answers; then it is not read any further.
    package var clientRequestsMax = 1_000
    /// A bug for the simulator to find.
    package var defect: Defect?

    /// The usual settings.
    package init(id: MemberID, members: [MemberID]) {
        self.id = id
        self.members = members.sorted()
    }

    /// How many members make a majority.
    package var quorum: Int { self.members.count / 2 + 1 }

    /// Bugs that tests plant, to prove that the simulator would find them.
    package enum Defect: String, Hashable, Sendable, CaseIterable {
        /// Acknowledges before the disk does.
        case acknowledgeBeforeDurable = "acknowledge-before-durable"
        /// Votes for candidates that know less.
        case voteForStaleLog = "vote-for-stale-log"
        /// Answers a sync without asking whether it still leads.
        case unconfirmedSync = "unconfirmed-sync"
        /// Does not hear of the clients of its followers.
        case ignoreTouches = "ignore-touches"
        /// Keeps what a new leader does not have.
        case skipTruncation = "skip-truncation"
        /// Leaves the ephemeral nodes of closed sessions behind when it was the one to close them.
        case keepEphemerals = "keep-ephemerals"
        /// Counts its own copy twice.
        case countSelfTwice = "count-self-twice"
    }
}
