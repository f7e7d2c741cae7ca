// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import Testing
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// Single steps of a member; the simulator plays whole ensembles.
@Suite struct MemberTests {
    private static let ids = (1...3).map { MemberID(rawValue: $0) }

    private func member(_ id: UInt8, of count: Int = 3, recovered: Member.Recovered = .init()) -> Member {
        let configuration = MemberConfiguration(
            id: MemberID(rawValue: id),
            members: Array(Self.ids.prefix(count))
        )
        return Member(configuration: configuration, recovered: recovered, random: SeededGenerator(seed: 1), now: .zero)
    }

    private func entry(_ epoch: UInt32, _ counter: UInt32) -> LogEntry {
        LogEntry(
            zxid: Zxid(epoch: Epoch(rawValue: epoch), counter: counter),
            timeMs: 0,
            session: .none,
            request: .none,
            transaction: .openEpoch
        )
    }

    /// Does what needs no world: what is on disk at once comes back at once.
    private func settle(_ member: inout Member, _ event: MemberEvent, now: Instant = .zero) -> [MemberEffect] {
        var all: [MemberEffect] = []
        var events = [event]
        while let event = events.first {
            events.removeFirst()
            var effects = member.handle(event, now: now) + member.handle(.turnEnded, now: now)
            while let effect = effects.first {
                effects.removeFirst()
                switch effect {
                case .append(_, _, let then), .truncate(_, let then), .saveVote(_, _, let then), .install(_, let then):
                    effects = then + effects
                case .notify(let event): events.append(event)
                case .takeSnapshot, .markComplete, .send, .unlink, .reply, .close, .setReading, .setTimer, .resigned,
                    .reached:
                    break
                }
                all.append(effect)
            }
        }
        return all
    }

    @Test func oneMemberAloneElectsItselfAndServes() {
        var member = self.member(1, of: 1)
        _ = self.settle(&member, .started)
        #expect(member.mode == nil)
        let client = ConnectionID(rawValue: 1)
        #expect(self.settle(&member, .connect(client, ConnectRequest(timeoutMs: 1))).isEmpty)
        let effects = self.settle(&member, .timer(.election))
        #expect(member.mode == .standalone)
        #expect(
            effects.contains {
                if case .reply(client, .connected(let response)) = $0 { return response.timeoutMs == 4_000 }
                return false
            }
        )
    }

    @Test func aVoteIsSentOnlyOnceItIsOnDisk() {
        var member = self.member(1)
        _ = self.settle(&member, .started)
        let (peer, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 4))
        let granted = PeerMessage.voteReply(epoch: epoch, isGranted: true)
        let effects = member.handle(.message(peer, .requestVote(epoch: epoch, last: .zero)), now: .zero)
        #expect(!effects.contains(.send(peer, granted)))
        #expect(effects.contains(.saveVote(epoch, candidate: peer, whenDurable: [.send(peer, granted)])))
        // And to one candidate only.
        let other = MemberID(rawValue: 3)
        let refused = self.settle(&member, .message(other, .requestVote(epoch: epoch, last: .zero)))
        #expect(refused.contains(.send(other, .voteReply(epoch: epoch, isGranted: false))))
    }

    @Test func nobodyVotesForOneThatKnowsLess() {
        var recovered = Member.Recovered()
        recovered.entries = [self.entry(1, 0), self.entry(1, 1)]
        var member = self.member(1, recovered: recovered)
        _ = self.settle(&member, .started)
        let (peer, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 2))
        let effects = self.settle(&member, .message(peer, .requestVote(epoch: epoch, last: self.entry(1, 0).zxid)))
        #expect(effects.contains(.send(peer, .voteReply(epoch: epoch, isGranted: false))))
    }

    /// Found by the simulator: a leader that hears of a position twice sends its state twice, and the second one came when
    /// the follower had acknowledged what followed the first.
    @Test func aSecondSnapshotVoidsNothingThatIsAcknowledged() {
        var recovered = Member.Recovered()
        recovered.entries = [self.entry(1, 0), self.entry(1, 1)]
        var member = self.member(1, recovered: recovered)
        let (leader, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 3))
        var tree = DataTree()
        _ = tree.apply(self.entry(2, 6))
        let (before, after) = (tree.zxid, self.entry(3, 0))
        _ = self.settle(&member, .started)
        _ = self.settle(&member, .linked(leader))
        _ = self.settle(&member, .message(leader, .newLeader(epoch: epoch)))
        _ = self.settle(&member, .message(leader, .newLeader(epoch: epoch)))
        _ = self.settle(&member, .message(leader, .snapshot(epoch: epoch, tree)))
        let append = PeerMessage.append(epoch: epoch, previous: before, entries: [after])
        let acknowledged = self.settle(&member, .message(leader, append))
        #expect(acknowledged.contains(.send(leader, .acknowledge(epoch: epoch, after.zxid))))
        for late: PeerMessage in [.snapshot(epoch: epoch, tree), .truncate(epoch: epoch, after: before)] {
            let effects = self.settle(&member, .message(leader, late))
            #expect(effects.contains(.send(leader, .followerInfo(epoch: epoch, last: after.zxid))))
            #expect(member.lastLogged == after.zxid)
        }
    }

    /// Found by the simulator (zookeeper --members 5 --seed 7340994): followers took the questions of a leader that had stepped
    /// down for signs of its life, and refused it for ever.
    @Test func aLeaderThatAsksAroundIsFollowedNoMore() {
        var recovered = Member.Recovered()
        recovered.entries = [self.entry(1, 0), self.entry(1, 1)]
        var member = self.member(1, recovered: recovered)
        let (leader, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 3))
        _ = self.settle(&member, .started)
        _ = self.settle(&member, .linked(leader))
        _ = self.settle(&member, .message(leader, .newLeader(epoch: epoch)))
        let question = PeerMessage.preVote(epoch: epoch.successor, last: self.entry(1, 1).zxid)
        let effects = self.settle(&member, .message(leader, question))
        #expect(effects.contains(.send(leader, .preVoteReply(epoch: epoch.successor, isGranted: true))))
    }

    /// Found by the simulator: a commit that was under way when the follower had given up and come back.
    @Test func aCommitOfWhatAFollowerDoesNotHaveCommitsNothing() {
        var recovered = Member.Recovered()
        recovered.entries = [self.entry(1, 0), self.entry(1, 1)]
        recovered.committed = self.entry(1, 0).zxid
        var member = self.member(1, recovered: recovered)
        let (leader, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 3))
        _ = self.settle(&member, .started)
        _ = self.settle(&member, .linked(leader))
        let effects = self.settle(&member, .message(leader, .newLeader(epoch: epoch)))
        #expect(effects.contains(.send(leader, .followerInfo(epoch: epoch, last: self.entry(1, 1).zxid))))
        _ = self.settle(&member, .message(leader, .commit(epoch: epoch, self.entry(3, 0).zxid)))
        #expect(member.tree.zxid == self.entry(1, 0).zxid)
        _ = self.settle(&member, .message(leader, .truncate(epoch: epoch, after: self.entry(1, 0).zxid)))
        #expect(member.lastLogged == self.entry(1, 0).zxid)
    }

    @Test func aMemberWhoseLogWasCutNeitherVotesNorStands() {
        var recovered = Member.Recovered()
        recovered.isComplete = false
        var member = self.member(1, recovered: recovered)
        _ = self.settle(&member, .started)
        for peer in Self.ids.dropFirst() { _ = self.settle(&member, .linked(peer)) }
        let stands = self.settle(&member, .timer(.election))
        #expect(
            !stands.contains {
                if case .send(_, .preVote) = $0 { return true }
                return false
            }
        )
        let (peer, epoch) = (MemberID(rawValue: 2), Epoch(rawValue: 2))
        let effects = self.settle(&member, .message(peer, .requestVote(epoch: epoch, last: .zero)))
        #expect(effects.contains(.send(peer, .voteReply(epoch: epoch, isGranted: false))))
    }
}
