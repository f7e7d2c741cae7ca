// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import KafkaProtocol
import Testing

@Suite("Who leads")
struct LeaderElectionTests {
    private static func state(_ leader: Int32, _ inSync: [Int32], epoch: Int32 = 5) -> PartitionState {
        PartitionState(leader: leader, leaderEpoch: epoch, inSync: inSync, controllerEpoch: 1, partitionEpoch: 7)
    }

    @Test("The leader dies: the first living in-sync replica follows, with a new epoch")
    func leaderDies() throws {
        let repaired = LeaderElection.repair(
            Self.state(1, [1, 2, 3]),
            replicas: [1, 2, 3],
            live: [2, 3],
            eligible: [2, 3],
            allowUnclean: false
        )
        #expect(repaired?.state == Self.state(2, [2, 3], epoch: 6))
        #expect(repaired?.isUnclean == false)
    }

    @Test("A follower dies: it leaves the in-sync set, the epoch stays")
    func followerDies() {
        let repaired = LeaderElection.repair(
            Self.state(1, [1, 2, 3]),
            replicas: [1, 2, 3],
            live: [1, 3],
            eligible: [1, 3],
            allowUnclean: false
        )
        #expect(repaired?.state == Self.state(1, [1, 3]))
    }

    @Test("The last in-sync replica dies: nobody leads, and it alone may come back")
    func lastDies() {
        let repaired = LeaderElection.repair(
            Self.state(1, [1]),
            replicas: [1, 2, 3],
            live: [2, 3],
            eligible: [2, 3],
            allowUnclean: false
        )
        #expect(repaired?.state == Self.state(-1, [1], epoch: 6))
    }

    @Test("With unclean election a replica that is behind leads rather than nobody")
    func unclean() {
        let repaired = LeaderElection.repair(
            Self.state(1, [1]),
            replicas: [1, 2, 3],
            live: [2, 3],
            eligible: [2, 3],
            allowUnclean: true
        )
        #expect(repaired?.state == Self.state(2, [2], epoch: 6))
        #expect(repaired?.isUnclean == true)
    }

    @Test("A broker that hands over gives up its leadership and its place in sync")
    func relieve() {
        let leader = LeaderElection.relieve(Self.state(2, [1, 2, 3]), of: 2, replicas: [2, 1, 3], eligible: [1, 3])
        #expect(leader == Self.state(1, [1, 3], epoch: 6))
        let follower = LeaderElection.relieve(Self.state(1, [1, 2, 3]), of: 2, replicas: [1, 2, 3], eligible: [1, 3])
        #expect(follower == Self.state(1, [1, 3]))
        let alone = LeaderElection.relieve(Self.state(2, [2]), of: 2, replicas: [2, 1, 3], eligible: [1, 3])
        #expect(alone == nil)
    }

    @Test("A broker that hands over is not let back in by a fetch that was under way")
    func noReturn() {
        var proposal = AlterPartitionRequest.PartitionData()
        proposal.leaderEpoch = 5
        proposal.newIsr = [1, 3, 2]
        proposal.currentIsrVersion = 7
        let state = Self.state(1, [1, 3])
        let refused = LeaderElection.refusal(
            of: proposal,
            from: 1,
            state: state,
            replicas: [1, 2, 3],
            eligible: [1, 3]
        )
        #expect(refused == .ineligibleReplica)
        let taken = LeaderElection.refusal(
            of: proposal,
            from: 1,
            state: state,
            replicas: [1, 2, 3],
            eligible: [1, 2, 3]
        )
        #expect(taken == .none)
    }

    @Test("Proposals of earlier epochs and of others are refused")
    func fencing() {
        var proposal = AlterPartitionRequest.PartitionData()
        proposal.leaderEpoch = 4
        proposal.newIsr = [1]
        proposal.currentIsrVersion = 7
        func refusal(_ broker: Int32) -> ErrorCode {
            LeaderElection.refusal(
                of: proposal,
                from: broker,
                state: Self.state(1, [1, 3]),
                replicas: [1, 2, 3],
                eligible: [1, 2, 3]
            )
        }
        #expect(refusal(1) == .fencedLeaderEpoch)
        proposal.leaderEpoch = 5
        #expect(refusal(2) == .fencedLeaderEpoch)
        proposal.currentIsrVersion = 6
        #expect(refusal(1) == .invalidUpdateVersion)
    }

    @Test("Every state of three replicas: a clean election never leaves the in-sync set, and never empties it")
    func everyState() {
        let replicas: [Int32] = [1, 2, 3]
        func subsets(_ mask: Int) -> [Int32] {
            replicas.enumerated().filter { mask >> $0.offset & 1 == 1 }.map(\.element)
        }
        for inSyncMask in 1..<8 {
            for liveMask in 0..<8 {
                for leader in subsets(inSyncMask) + [-1] {
                    for stopping in [0, 1, 2, 4] {
                        let live = Set(subsets(liveMask))
                        let eligible = live.subtracting(subsets(stopping))
                        let before = Self.state(leader, subsets(inSyncMask))
                        let repaired = LeaderElection.repair(
                            before,
                            replicas: replicas,
                            live: live,
                            eligible: eligible,
                            allowUnclean: false
                        )
                        let after = repaired?.state ?? before
                        #expect(!after.inSync.isEmpty)
                        #expect(Set(after.inSync).isSubset(of: before.inSync))
                        #expect(after.leader == -1 || after.inSync.contains(after.leader))
                        #expect(after.leader == -1 || live.contains(after.leader))
                        #expect((after.leader != before.leader) == (after.leaderEpoch > before.leaderEpoch))
                        let hasCandidate = !live.isDisjoint(with: before.inSync)
                        #expect((after.leader >= 0) == hasCandidate)
                    }
                }
            }
        }
    }
}
