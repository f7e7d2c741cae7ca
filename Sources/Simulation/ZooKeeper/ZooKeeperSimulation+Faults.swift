// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperEnsemble

extension ZooKeeperSimulation {
    mutating func scheduleFault() {
        let milliseconds = Int.random(in: 20...self.faultGapMaxMs, using: &self.faults)
        self.schedule(.fault, at: self.now + .milliseconds(milliseconds))
    }

    /// Does something bad.
    mutating func strike() throws {
        guard !self.isHealed else { return }
        self.scheduleFault()
        let one = self.pick()
        guard self.nodes[one]?.member != nil else { return }
        switch Int.random(in: 0..<100, using: &self.faults) {
        case 0..<27: self.crash(one)
        case 27..<39: self.pause(one, milliseconds: self.faultMilliseconds(20...1500))
        case 39..<52:
            let other = self.pick()
            guard other != one else { return }
            self.count(.linkBreak)
            try self.breakLink(one, other)
        case 52..<66: self.isolate(one)
        case 66..<74: self.nodes[self.leader ?? one]?.isToFreeze = true
        case 74..<78: self.blackOut()
        case 78..<88:
            self.count(.resignation)
            if let life = self.nodes[one]?.life { try self.handle(.resign, at: one, life: life) }
        default:
            self.count(.clientBreak)
            self.breakClient(Int.random(in: 0..<self.clients.count, using: &self.faults))
        }
    }

    /// A member that takes itself for the leader.
    var leader: MemberID? { self.ids.first { self.nodes[$0]?.member?.ledEpoch != nil } }

    /// Mostly anybody, often the leader, where it hurts.
    private mutating func pick() -> MemberID {
        if self.faults.chance(0.6), let leader = self.leader { return leader }
        return self.ids[Int.random(in: 0..<self.ids.count, using: &self.faults)]
    }

    private mutating func count(_ fault: SimulatedFault) {
        self.timeline.reached(fault.rawValue)
    }

    private mutating func crash(_ id: MemberID) {
        self.count(.crash)
        self.losePower(id)
        // Now and then the power fails for several at once.
        guard self.faults.chance(0.2) else { return }
        let other = self.ids[Int.random(in: 0..<self.ids.count, using: &self.faults)]
        if self.nodes[other]?.member != nil { self.crash(other) }
    }

    private mutating func losePower(_ id: MemberID) {
        self.takeDown(id)
        self.nodes[id]?.storage.crash(using: &self.faults)
        let down = self.faultMilliseconds(5...1500)
        self.schedule(.restart(id), at: self.now + .milliseconds(down))
    }

    /// What no disk has synced is lost on all of them, and they come back one after another.
    private mutating func blackOut() {
        self.count(.blackout)
        for id in self.ids where self.nodes[id]?.member != nil { self.losePower(id) }
    }

    private mutating func pause(_ id: MemberID, milliseconds: Int) {
        guard self.nodes[id]?.process.isPaused == false else { return }
        self.count(.pause)
        self.nodes[id]?.process.pause()
        self.schedule(.wake(id), at: self.now + .milliseconds(milliseconds))
    }

    /// Lets a leader stand still when it has just sent its heartbeats: the answers wait for it. When it goes on it has
    /// heard of everybody and takes itself for the leader, but the others have long gone their way, and it is cut off and
    /// does not learn of that for a while.
    mutating func freezeIfDue(_ id: MemberID) {
        guard let node = self.nodes[id], node.isToFreeze, !node.process.isPaused, !self.isHealed else { return }
        node.isToFreeze = false
        self.count(.freeze)
        let milliseconds = self.faultMilliseconds(450...950)
        self.pause(id, milliseconds: milliseconds)
        let until = milliseconds + self.faultMilliseconds(50...700)
        self.schedule(.cutOff(id, milliseconds: until), at: self.now + .milliseconds(self.faultMilliseconds(10...40)))
    }

    mutating func cutOff(_ id: MemberID, milliseconds: Int) {
        guard !self.isHealed else { return }
        for other in self.ids where other != id {
            self.network.partition(id, other)
            self.schedule(.unpartition(id, other), at: self.now + .milliseconds(milliseconds))
        }
    }

    mutating func wake(_ id: MemberID) throws {
        guard let node = self.nodes[id], node.process.isPaused else { return }
        for event in node.process.wake() { try self.handle(event, at: id, life: node.life) }
    }

    /// Cuts a member off from some of the others, or from all.
    private mutating func isolate(_ id: MemberID) {
        self.count(.partition)
        let milliseconds = Int.random(in: 50...2500, using: &self.faults)
        for other in self.ids where other != id && self.faults.chance(0.75) {
            self.network.partition(id, other)
            // Nothing arrives any more, but both ends learn of it later, if at all.
            let unnoticed = Int.random(in: 0...min(milliseconds, 600), using: &self.faults)
            self.schedule(.sever(id, other), at: self.now + .milliseconds(unnoticed))
            self.schedule(.unpartition(id, other), at: self.now + .milliseconds(milliseconds))
        }
    }

    /// From here on nothing bad happens any more.
    mutating func healAll() throws {
        self.isHealed = true
        for one in self.ids {
            for other in self.ids where other > one && !self.network.isConnected(one, other) {
                try self.unlink(one, other)
            }
        }
        self.network.healAll()
        for id in self.ids {
            try self.wake(id)
            try self.boot(id)
            for other in self.ids where other > id { self.scheduleLink(id, other) }
        }
        for index in self.clients.indices { self.clients[index].startProof() }
    }

    /// Whether every client has written since, and all members have all of it.
    func isRecovered() throws -> Bool {
        guard self.clients.allSatisfy(\.hasProof) else { return false }
        let members = self.ids.compactMap { self.nodes[$0]?.member }
        guard members.count == self.ids.count, members.allSatisfy({ $0.mode != nil }) else { return false }
        guard members.allSatisfy({ $0.tree.zxid == self.checker.end }) else { return false }
        try self.checker.checkEnd(members)
        return true
    }

    var stuck: String {
        let members = self.ids.map { id in
            guard let member = self.nodes[id]?.member else { return "\(id) is down" }
            return "\(id) \(member.mode?.rawValue ?? "serves nobody") at \(member.tree.zxid)"
        }
        return (members + self.clients.filter { !$0.hasProof }.map(\.description)).joined(separator: ", ")
    }
}
