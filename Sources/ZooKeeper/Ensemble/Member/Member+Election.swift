// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperProtocol

extension Member {
    /// A member without a leader.
    struct Looking: Hashable, Sendable {
        enum Phase: Hashable, Sendable {
            case waiting
            case askingAround(Epoch, granted: Set<MemberID>)
            case standing(Epoch, granted: Set<MemberID>)
        }

        var phase = Phase.waiting
        /// The latest epoch that others were heard to have promised themselves to.
        var knownEpoch = Epoch.zero
    }

    /// Whether it may lead: not with acknowledged transactions missing, not on its way out.
    private var isElectable: Bool { self.isComplete && !self.isResigning }

    mutating func start() {
        self.look()
        self.setTimer(.clientGrace, after: self.configuration.clientGrace)
    }

    /// Is without a leader from now on.
    mutating func look() {
        self.stopServing()
        self.stopLeading()
        self.following = nil
        self.looking = Looking()
        self.scheduleElection()
    }

    mutating func stepDown() {
        self.effects.append(.reached(.steppedDown))
        self.look()
    }

    private mutating func scheduleElection() {
        let rank = self.configuration.members.firstIndex(of: self.id) ?? 0
        let stagger = self.configuration.electionStagger
        self.setTimer(.election, after: stagger * rank + self.upTo(stagger / 2))
    }

    private mutating func retryElectionLater() {
        self.setTimer(.election, after: self.configuration.electionRetry + self.upTo(self.configuration.electionRetry))
    }

    mutating func electionTimerFired() {
        if let following = self.following {
            let deadline = following.lastHeard + self.configuration.silenceMax
            guard deadline <= self.now else {
                self.effects.append(.setTimer(.election, at: deadline))
                return
            }
            // The link stands but nothing comes: a stopped process, say. It may be back with its link.
            self.look()
        }
        if self.looking != nil { self.askAround() }
    }

    mutating func linkedWhileLooking(to peer: MemberID) {
        guard let looking = self.looking else { return }
        switch looking.phase {
        case .waiting:
            if self.links.count + 1 >= self.configuration.quorum { self.scheduleElection() }
        case .askingAround(let epoch, _):
            self.send(.preVote(epoch: epoch, last: self.window.last), to: peer)
        case .standing(let epoch, let granted):
            // Not before its own vote is on disk: a candidate that forgets it could vote twice.
            if granted.contains(self.id) { self.send(.requestVote(epoch: epoch, last: self.window.last), to: peer) }
        }
    }

    private mutating func askAround() {
        guard let looking = self.looking else { return }
        self.retryElectionLater()
        guard self.isElectable else { return }
        let epoch = max(self.promisedEpoch, looking.knownEpoch).successor
        let ownID = self.id
        self.looking?.phase = .askingAround(epoch, granted: [ownID])
        for peer in self.links.sorted() {
            self.send(.preVote(epoch: epoch, last: self.window.last), to: peer)
        }
        if self.configuration.quorum == 1 { self.stand(in: epoch) }
    }

    mutating func preVoteAsked(by peer: MemberID, epoch: Epoch, last: Zxid) {
        if let leading = self.leading {
            // It has given up on us: it starts over, and so do we with it.
            self.leading?.peers[peer] = Leading.Progress(lastHeard: self.now)
            self.send(.newLeader(epoch: leading.epoch), to: peer)
            return
        }
        // A leader that asks around leads no more; to follow it further would keep it from being elected anew.
        if self.following?.leader == peer { self.look() }
        guard let looking = self.looking else {
            self.send(.preVoteReply(epoch: epoch, isGranted: false), to: peer)
            return
        }
        if epoch <= self.promisedEpoch {
            self.send(.stale(epoch: self.promisedEpoch), to: peer)
            return
        }
        let isFree: Bool
        switch looking.phase {
        case .waiting: isFree = true
        // Of two that ask around at once, the one that knows more goes on, or the one of the higher number.
        case .askingAround: isFree = (last, peer) > (self.window.last, self.id)
        case .standing: isFree = false
        }
        let isGranted = isFree && self.isComplete && self.considers(last)
        self.send(.preVoteReply(epoch: epoch, isGranted: isGranted), to: peer)
        if isGranted {
            self.retryElectionLater()
        } else if looking.phase == .waiting, self.isElectable {
            self.askAround()
        }
    }

    mutating func preVoteAnswered(by peer: MemberID, epoch: Epoch, _ isGranted: Bool) {
        guard isGranted, case .askingAround(epoch, var granted) = self.looking?.phase else { return }
        granted.insert(peer)
        self.looking?.phase = .askingAround(epoch, granted: granted)
        if granted.count >= self.configuration.quorum { self.stand(in: epoch) }
    }

    private mutating func stand(in epoch: Epoch) {
        self.promisedEpoch = epoch
        self.candidate = self.id
        self.looking?.phase = .standing(epoch, granted: [])
        let requests = self.links.sorted().map {
            MemberEffect.send($0, .requestVote(epoch: epoch, last: self.window.last))
        }
        self.effects.append(
            .saveVote(epoch, candidate: self.id, whenDurable: requests + [.notify(.voted(epoch))])
        )
    }

    mutating func voteAsked(by peer: MemberID, epoch: Epoch, last: Zxid) {
        if epoch < self.promisedEpoch {
            self.send(.stale(epoch: self.promisedEpoch), to: peer)
            return
        }
        let isFree = epoch > self.promisedEpoch || self.candidate == nil || self.candidate == peer
        let isGranted = isFree && self.isComplete && self.considers(last)
        if epoch > self.promisedEpoch {
            // Promised to a later epoch, it can follow the present leader no more.
            if self.looking == nil { self.stepDownOrLeave() }
            self.promisedEpoch = epoch
            self.candidate = isGranted ? peer : nil
            self.looking?.phase = .waiting
            self.retryElectionLater()
        } else if isGranted {
            self.candidate = peer
        }
        self.effects.append(
            .saveVote(
                epoch,
                candidate: self.candidate,
                whenDurable: [.send(peer, .voteReply(epoch: epoch, isGranted: isGranted))]
            )
        )
    }

    private mutating func stepDownOrLeave() {
        if self.leading != nil { self.stepDown() } else { self.look() }
    }

    /// Whether a candidate with that last transaction has all of ours.
    private func considers(_ last: Zxid) -> Bool {
        last >= self.window.last || self.configuration.defect == .voteForStaleLog
    }

    mutating func votedForItself(in epoch: Epoch) {
        self.voteAnswered(by: self.id, epoch: epoch, true)
    }

    mutating func voteAnswered(by peer: MemberID, epoch: Epoch, _ isGranted: Bool) {
        guard isGranted, case .standing(epoch, var granted) = self.looking?.phase else { return }
        granted.insert(peer)
        self.looking?.phase = .standing(epoch, granted: granted)
        // Its own vote counts, but only once it is on disk; so it must be among them.
        if granted.contains(self.id), granted.count >= self.configuration.quorum { self.lead(in: epoch) }
    }

    mutating func staleEpoch(promised epoch: Epoch) {
        if let leading = self.leading {
            if epoch > leading.epoch { self.stepDown() }
        } else if let looking = self.looking {
            self.looking?.knownEpoch = max(looking.knownEpoch, epoch)
        }
    }

    mutating func takeOver(from peer: MemberID, epoch: Epoch) {
        guard self.following?.leader == peer, self.following?.epoch == epoch, self.isElectable else { return }
        self.look()
        self.effects.append(.reached(.handOver))
        self.stand(in: self.promisedEpoch.successor)
        self.retryElectionLater()
    }
}
