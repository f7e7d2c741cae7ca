// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperEnsemble

extension ZooKeeperSimulation {
    mutating func scheduleFault() {
        let milliseconds = Int.random(in: 20...self.faultGapMaxMs, using: &self.faults)
        self.queue.schedule(.fault, at: self.now + .milliseconds(milliseconds))
    }

    /// Does something bad.
    mutating func strike() throws {
        guard !self.isHealed else { return }
        self.scheduleFault()
        let one = self.pick()
        guard self.nodes[one]?.member != nil else { return }
        switch Int.random(in: 0..<100, using: &self.faults) {
        case 0..<30: self.crash(one)
        case 30..<42: self.pause(one)
        case 42..<58:
            let other = self.pick()
            guard other != one else { return }
            self.count(.linkBreak)
            try self.breakLink(one, other)
        case 58..<74: self.isolate(one)
        case 74..<86:
            self.count(.resignation)
            if let life = self.nodes[one]?.life { try self.handle(.resign, at: one, life: life) }
        default:
            self.count(.clientBreak)
            self.breakClient(Int.random(in: 0..<self.clients.count, using: &self.faults))
        }
    }

    /// Mostly anybody, often the leader, where it hurts.
    private mutating func pick() -> MemberID {
        if self.faults.chance(0.6), let leader = self.ids.first(where: { self.nodes[$0]?.member?.ledEpoch != nil }) {
            return leader
        }
        return self.ids[Int.random(in: 0..<self.ids.count, using: &self.faults)]
    }

    private mutating func count(_ fault: SimulatedFault) {
        self.probes[fault.rawValue, default: 0] += 1
    }

    private mutating func crash(_ id: MemberID) {
        self.count(.crash)
        self.takeDown(id)
        self.nodes[id]?.storage.crash(using: &self.faults)
        let down = Int.random(in: 5...1500, using: &self.faults)
        self.queue.schedule(.restart(id), at: self.now + .milliseconds(down))
        // Now and then the power fails for several at once.
        guard self.faults.chance(0.2) else { return }
        let other = self.ids[Int.random(in: 0..<self.ids.count, using: &self.faults)]
        if self.nodes[other]?.member != nil { self.crash(other) }
    }

    private mutating func pause(_ id: MemberID) {
        guard self.nodes[id]?.isPaused == false else { return }
        self.count(.pause)
        self.nodes[id]?.isPaused = true
        let milliseconds = Int.random(in: 20...1500, using: &self.faults)
        self.queue.schedule(.wake(id), at: self.now + .milliseconds(milliseconds))
    }

    mutating func wake(_ id: MemberID) throws {
        guard let node = self.nodes[id], node.isPaused else { return }
        node.isPaused = false
        let held = node.held
        node.held = []
        for event in held { try self.handle(event, at: id, life: node.life) }
    }

    /// Cuts a member off from some of the others, or from all.
    private mutating func isolate(_ id: MemberID) {
        self.count(.partition)
        let milliseconds = Int.random(in: 50...2500, using: &self.faults)
        for other in self.ids where other != id && self.faults.chance(0.75) {
            self.network.partition(id, other)
            // Nothing arrives any more, but both ends learn of it later, if at all.
            let unnoticed = Int.random(in: 0...min(milliseconds, 600), using: &self.faults)
            self.queue.schedule(.sever(id, other), at: self.now + .milliseconds(unnoticed))
            self.queue.schedule(.unpartition(id, other), at: self.now + .milliseconds(milliseconds))
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
    mutating func isRecovered() throws -> Bool {
        guard self.clients.allSatisfy(\.hasProof) else { return false }
        let members = self.ids.compactMap { self.nodes[$0]?.member }
        guard members.count == self.ids.count, members.allSatisfy({ $0.mode != nil }) else { return false }
        guard members.allSatisfy({ $0.tree.zxid == self.checker.end }) else { return false }
        try self.checker.checkEnd(members)
        return true
    }

    func stuck() -> SimulationReport.Failure {
        let members = self.ids.map { id in
            guard let member = self.nodes[id]?.member else { return "\(id) is down" }
            return "\(id) \(member.mode?.rawValue ?? "serves nobody") at \(member.tree.zxid)"
        }
        let waiting = self.clients.filter { !$0.hasProof }.map(\.description)
        return self.fail(
            .liveness,
            "not recovered \(Self.healingMax.seconds) s after healing: \((members + waiting).joined(separator: ", "))"
        )
    }
}
