// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import ZooKeeperProtocol

/// What happens to a member.
package enum MemberEvent: Hashable, Sendable {
    /// It runs now.
    case started
    /// A turn of the shell ends: what has gathered is written and sent.
    case turnEnded
    case timer(MemberTimer)
    /// A link to another member stands.
    case linked(MemberID)
    /// It has broken.
    case unlinked(MemberID)
    case message(MemberID, PeerMessage)
    /// Everything of its own log up to there is on disk.
    case durable(epoch: Epoch, Zxid)
    /// Its own vote for itself is on disk.
    case voted(Epoch)
    case connect(ConnectionID, ConnectRequest)
    case request(ConnectionID, xid: Int32, Request)
    /// The client has gone.
    case disconnected(ConnectionID)
    /// It is to stop: hand over what it leads.
    case resign
}

/// A member's timers; setting one replaces the one of that name.
package enum MemberTimer: Hashable, Sendable {
    case election
    case heartbeat
    case clientGrace
    case resignation
}

/// What a member asks of the world.
package indirect enum MemberEffect: Hashable, Sendable {
    /// Append to the log and sync; then do the rest. No entries: the rest waits for all that was asked before.
    case append([LogEntry], committed: Zxid, whenDurable: [MemberEffect])
    case truncate(after: Zxid, whenDurable: [MemberEffect])
    case saveVote(Epoch, candidate: MemberID?, whenDurable: [MemberEffect])
    /// Store this state, and start the log anew from it.
    case install(DataTree, whenDurable: [MemberEffect])
    /// Store this state when there is time.
    case takeSnapshot(DataTree)
    /// All that was ever acknowledged is here again.
    case markComplete
    case send(MemberID, PeerMessage)
    /// The link says what it must not, or is too far behind.
    case unlink(MemberID)
    case reply(ConnectionID, ServerMessage)
    /// Close the connection when everything has been written.
    case close(ConnectionID)
    /// Stop reading from a client, or go on.
    case setReading(ConnectionID, Bool)
    case notify(MemberEvent)
    case setTimer(MemberTimer, at: Instant)
    /// Nothing is left to hand over: the process may end.
    case resigned
    /// A rare path was taken: counted, never acted upon.
    case reached(MemberProbe)
}

/// Rare paths, for the simulator to count.
package enum MemberProbe: String, Hashable, Sendable, CaseIterable {
    case electionWon = "elections"
    case steppedDown = "step downs"
    case truncation = "truncations"
    case snapshotInstalled = "snapshots installed"
    case sessionExpired = "sessions expired"
    case sessionMoved = "sessions moved"
    case requestForwardedAgain = "requests forwarded again"
    case clientsDropped = "clients dropped"
    case handOver = "hand-overs"
    case caughtUpByLog = "caught up by log"
    /// A leader asked for committed transactions to be dropped: impossible, unless somebody's disk was emptied.
    case truncationRefused = "truncations refused"
}
