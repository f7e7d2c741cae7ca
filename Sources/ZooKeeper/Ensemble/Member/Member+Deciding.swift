// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import HashTreeCollections
import NIOCore
import ZooKeeperProtocol

/// What a leader does for members' clients, its own among them.
extension Member {
    mutating func propose(_ request: WriteRequest, from member: MemberID) {
        // One that goes leaves it to its heir, who is asked again.
        guard let leading = self.leading, !self.isResigning else { return }
        do throws(Refusal) {
            if case .client = request.operation {
                let owner = leading.sessions.owner(of: request.session)
                if let owner, owner != member { throw Refusal(.sessionMoved) }
            }
            let transaction = try leading.decided.decide(request)
            switch transaction {
            case .openSession(let timeoutMs, _):
                self.leading?.sessions.open(request.session, timeoutMs: timeoutMs, owner: member, now: self.now)
            case .closeSession:
                self.leading?.sessions.close(request.session)
            case .openEpoch, .create, .delete, .setData, .setACL, .check, .multi:
                break
            }
            self.decide(transaction, session: request.session, request: request.id)
        } catch {
            // The refusal may follow from what is decided but not committed.
            self.answerToMember(member, .refused(number: request.id.number, error, after: self.window.last))
        }
    }

    mutating func revalidate(_ session: SessionID, password: ByteBuffer, number: UInt64, from member: MemberID) {
        guard let leading = self.leading, !self.isResigning else { return }
        var timeoutMs: Int32 = 0
        if let state = leading.decided.sessions[session], state.password == password {
            timeoutMs = state.timeoutMs
            if let owner = self.leading?.sessions.move(session, to: member, now: self.now), owner != member {
                self.effects.append(.reached(.sessionMoved))
                self.answerToMember(owner, .sessionMoved(session))
            }
        }
        self.answerToMember(member, .revalidated(number: number, timeoutMs: timeoutMs, after: self.window.last))
    }

    mutating func sync(_ number: UInt64, from member: MemberID) {
        guard let leading = self.leading, !self.isResigning else { return }
        let sync = Leading.Sync(member: member, number: number, round: leading.round + 1, after: self.window.last)
        self.leading?.syncs.append(sync)
        if self.configuration.defect == .unconfirmedSync { self.answerSyncs() }
    }

    /// Answers a member, which may be this one.
    mutating func answerToMember(_ member: MemberID, _ message: PeerMessage) {
        guard member == self.id else {
            if self.links.contains(member) { self.send(message, to: member) }
            return
        }
        switch message {
        case .refused(let number, let refusal, let after): self.refused(number, refusal, after: after)
        case .revalidated(let number, let timeoutMs, let after):
            self.revalidated(number, timeoutMs: timeoutMs, after: after)
        case .synced(let number, let after): self.synced(number, after: after)
        case .sessionMoved(let session): self.sessionMoved(session)
        case .preVote, .preVoteReply, .requestVote, .voteReply, .newLeader, .stale, .followerInfo, .truncate, .snapshot,
            .resume, .append, .acknowledge, .commit, .heartbeat, .heartbeatReply, .takeOver, .forward, .revalidate,
            .sync:
            break
        }
    }
}
