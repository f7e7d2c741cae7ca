// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import ZooKeeperEnsemble
import ZooKeeperProtocol

extension ZooKeeperSimulation {
    mutating func boot(_ id: MemberID) throws {
        guard let node = self.nodes[id], node.member == nil else { return }
        let recovered: Member.Recovered
        do {
            recovered = try node.boot(now: self.now)
        } catch {
            throw Violation("member \(id) cannot start on what a crash left: \(error)")
        }
        if let member = node.member { try self.checker.booted(id, recovered, as: member) }
        try self.handle(.started, at: id, life: node.life)
        for other in self.ids where other != id { self.scheduleLink(id, other) }
    }

    mutating func handle(_ event: MemberEvent, at id: MemberID, life: Int) throws {
        guard let node = self.nodes[id], node.life == life, node.member != nil else { return }
        if node.process.holds(event) { return }
        if let epoch = node.member?.ledEpoch, case .message(let peer, .heartbeatReply(epoch, _, let touched)) = event {
            // What a member tells late of clients that have moved on since does not count.
            let present = touched.filter { session in
                self.clients.contains { $0.session == session && $0.member == peer && $0.connection != nil }
            }
            self.checker.heard(present, at: self.now)
        }
        let effects = self.nodes[id]?.member?.handle(event, now: self.now) ?? []
        if let log = self.log, let member = self.nodes[id]?.member {
            log("\(self.now) \(id) \(event) -> \(effects) [\(member.tree.zxid) of \(member.lastLogged)]")
        }
        for effect in effects { try self.perform(effect, of: id) }
        if let member = self.nodes[id]?.member { try self.checker.check(member) }
        if event != .turnEnded { self.scheduleTurnEnd(of: id) }
    }

    private mutating func scheduleTurnEnd(of id: MemberID) {
        guard let node = self.nodes[id], !node.isTurnScheduled else { return }
        // A leader's turn matters; others have nothing to gather.
        guard node.member?.ledEpoch != nil else { return }
        self.nodes[id]?.isTurnScheduled = true
        let delay = self.delay(upTo: .microseconds(300))
        self.schedule(.turnEnd(id, life: node.life), at: self.now + delay)
    }

    private mutating func perform(_ effect: MemberEffect, of id: MemberID) throws {
        guard let node = self.nodes[id], node.member != nil else { return }
        switch effect {
        case .append, .truncate, .saveVote, .install, .takeSnapshot, .markComplete:
            try self.checker.write(effect, of: id)
            self.nodes[id]?.diskWork.append(effect)
            try self.beginWrite(at: id)
        case .send(let peer, let message):
            guard node.links.contains(peer), let delivery = self.network.send(from: id, to: peer, now: self.now)
            else { return }
            self.schedule(.delivery(from: id, to: peer, message, delivery), at: delivery.at)
        case .unlink(let peer):
            try self.breakLink(id, peer)
        case .reply(let connection, let message):
            guard let client = node.connections[connection] else { return }
            let at = self.clients[client].arrival(of: self.now + self.delay(upTo: .milliseconds(3)))
            self.schedule(.toClient(client, connection, message), at: at)
        case .close(let connection):
            guard let client = self.nodes[id]?.connections.removeValue(forKey: connection) else { return }
            let at = self.clients[client].arrival(of: self.now + self.delay(upTo: .milliseconds(3)))
            self.schedule(.connectionLost(client, connection), at: at)
        case .setReading:
            break
        case .notify(let event):
            self.schedule(.member(id, life: node.life, event), at: self.now)
        case .setTimer(let timer, let instant):
            let number = node.process.set(timer)
            self.schedule(.timer(id, life: node.life, timer, generation: number), at: max(instant, self.now))
        case .resigned:
            // The process ends, its disk in order.
            self.takeDown(id)
            self.schedule(.restart(id), at: self.now + self.delay(upTo: .milliseconds(800)))
        case .reached(let probe):
            self.timeline.reached(probe.rawValue)
            if probe == .truncationRefused {
                throw Violation("a leader asked member \(id) to drop transactions that are committed")
            }
        }
    }

    // MARK: - Disks

    private mutating func beginWrite(at id: MemberID) throws {
        guard try self.nodes[id]?.beginWrite() == true, let life = self.nodes[id]?.life else { return }
        let isSlow = self.delays.chance(0.02)
        let delay = self.delay(upTo: isSlow ? .milliseconds(80) : .milliseconds(3))
        self.schedule(.diskWritten(id, life: life), at: self.now + delay)
    }

    mutating func finishWrite(at id: MemberID, life: Int) throws {
        guard self.nodes[id]?.life == life, self.nodes[id]?.member != nil else { return }
        if self.nodes[id]?.process.isPaused == true {
            self.schedule(.diskWritten(id, life: life), at: self.now + .milliseconds(5))
            return
        }
        for effect in try self.nodes[id]?.finishWrite() ?? [] { try self.perform(effect, of: id) }
        try self.beginWrite(at: id)
    }

    // MARK: - Links

    mutating func scheduleLink(_ one: MemberID, _ other: MemberID) {
        let delay = self.delay(upTo: .milliseconds(30)) + .microseconds(100)
        self.schedule(.link(one, other), at: self.now + delay)
    }

    /// Links two members, if both run and can reach each other; else tries again later.
    mutating func link(_ one: MemberID, _ other: MemberID) throws {
        guard let first = self.nodes[one], let second = self.nodes[other], !first.links.contains(other) else { return }
        guard first.member != nil, second.member != nil, self.network.isConnected(one, other) else { return }
        self.nodes[one]?.links.insert(other)
        self.nodes[other]?.links.insert(one)
        try self.handle(.linked(other), at: one, life: first.life)
        try self.handle(.linked(one), at: other, life: second.life)
    }

    mutating func breakLink(_ one: MemberID, _ other: MemberID) throws {
        self.network.breakConnection(one, other)
        try self.unlink(one, other)
        self.scheduleLink(one, other)
    }

    /// Tells both ends that their link has gone.
    mutating func unlink(_ one: MemberID, _ other: MemberID) throws {
        guard self.nodes[one]?.links.remove(other) != nil else { return }
        self.nodes[other]?.links.remove(one)
        for (id, peer) in [(one, other), (other, one)] {
            guard let life = self.nodes[id]?.life else { continue }
            self.schedule(.member(id, life: life, .unlinked(peer)), at: self.now)
        }
    }

    /// Ends a member's process; its links and connections break.
    mutating func takeDown(_ id: MemberID) {
        guard let node = self.nodes[id] else { return }
        for peer in node.links.sorted() {
            self.network.breakConnection(id, peer)
            self.nodes[peer]?.links.remove(id)
            guard let life = self.nodes[peer]?.life else { continue }
            self.schedule(.member(peer, life: life, .unlinked(id)), at: self.now)
        }
        for connection in node.connections.keys.sorted() {
            guard let client = node.connections[connection] else { continue }
            let at = self.clients[client].arrival(of: self.now + self.delay(upTo: .milliseconds(3)))
            self.schedule(.connectionLost(client, connection), at: at)
        }
        self.nodes[id]?.connections = [:]
        self.nodes[id]?.links = []
        self.nodes[id]?.member = nil
        self.nodes[id]?.disk = nil
        self.nodes[id]?.process.renew()
        self.checker.wentDown(id)
    }
}
