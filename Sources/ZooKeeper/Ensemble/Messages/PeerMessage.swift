// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import ZooKeeperProtocol

/// What members tell each other. A link delivers in order or breaks; a broken one loses what was under way.
package enum PeerMessage: Hashable, Sendable {
    // Election.
    /// Would you vote for me? Asked before anybody's epoch is touched, so that a member that only lost its link
    /// disturbs nobody.
    case preVote(epoch: Epoch, last: Zxid)
    case preVoteReply(epoch: Epoch, isGranted: Bool)
    case requestVote(epoch: Epoch, last: Zxid)
    case voteReply(epoch: Epoch, isGranted: Bool)

    // A leader and its followers.
    /// I lead this epoch.
    case newLeader(epoch: Epoch)
    /// I have promised myself to a later epoch than yours.
    case stale(epoch: Epoch)
    /// I follow you; this is my last transaction, and it is on my disk.
    case followerInfo(epoch: Epoch, last: Zxid)
    /// What you have after that one, nobody else has: drop it and say again where you are.
    case truncate(epoch: Epoch, after: Zxid)
    /// You are too far behind (or ahead of nothing I know): take this state.
    case snapshot(epoch: Epoch, DataTree)
    /// From here on I send you everything. When you have applied up to the barrier, you know about all that was asked
    /// before: what has not shown up by then never will.
    case resume(epoch: Epoch, barrier: Zxid)
    case append(epoch: Epoch, previous: Zxid, entries: [LogEntry])
    /// Everything up to there is on my disk.
    case acknowledge(epoch: Epoch, Zxid)
    case commit(epoch: Epoch, Zxid)
    case heartbeat(epoch: Epoch, round: UInt64)
    /// With the sessions whose clients have been heard since the last one.
    case heartbeatReply(epoch: Epoch, round: UInt64, touched: [SessionID])
    /// I am going, and you know all I know: stand for election at once.
    case takeOver(epoch: Epoch)

    // Requests of a follower's clients.
    case forward(WriteRequest)
    /// A write was not done; the answer holds once the follower has applied up to `after`.
    case refused(number: UInt64, Refusal, after: Zxid)
    case revalidate(number: UInt64, session: SessionID, password: ByteBuffer)
    /// The session's timeout, 0 where it is gone; the follower must have applied up to `after` to serve it.
    case revalidated(number: UInt64, timeoutMs: Int32, after: Zxid)
    case sync(number: UInt64)
    /// All that was acknowledged before the sync is at or before `after`.
    case synced(number: UInt64, after: Zxid)
    /// The session has been taken up at another member: close your connection.
    case sessionMoved(SessionID)
}
