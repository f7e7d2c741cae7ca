// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

extension ZooKeeperSimulation {
    /// So many requests a client has under way at most.
    private static let askedMax = 4
    /// After so long without an answer it shows that it lives.
    private static let pingInterval = Duration.milliseconds(150)

    mutating func scheduleTick(of index: Int) {
        let milliseconds = Int.random(in: 2...60, using: &self.clients[index].generator)
        self.schedule(.tick(index), at: self.now + .milliseconds(milliseconds))
    }

    mutating func tick(_ index: Int) throws {
        self.scheduleTick(of: index)
        let client = self.clients[index]
        guard self.now >= client.silentUntil else { return }
        switch client.state {
        case .disconnected:
            self.connect(index)
        case .connecting:
            if client.lastHeard + .milliseconds(700) < self.now { self.hangUp(index) }
        case .connected:
            if client.lastHeard + .milliseconds(Int(client.timeoutMs) * 2 / 3) < self.now {
                self.hangUp(index)
                return
            }
            if !self.isHealed, self.clients[index].generator.chance(0.02) {
                // It falls silent, often for longer than its session lives.
                let silence = Int.random(in: 1000...4000, using: &self.clients[index].generator)
                self.clients[index].silentUntil = self.now + .milliseconds(silence)
                self.hangUp(index)
                return
            }
            if client.lastHeard + Self.pingInterval < self.now {
                self.toMember(index, .request(ConnectionID(rawValue: 0), xid: -2, .ping))
            }
            if client.asked.count < Self.askedMax { self.ask(index) }
        }
    }

    private mutating func connect(_ index: Int) {
        let id = self.chooseMember(for: index)
        guard self.nodes[id]?.member != nil else { return }
        self.nextConnection += 1
        let connection = ConnectionID(rawValue: self.nextConnection)
        self.nodes[id]?.connections[connection] = index
        self.clients[index].state = .connecting(connection)
        self.clients[index].member = id
        self.clients[index].lastHeard = self.now
        let client = self.clients[index]
        let request = ConnectRequest(
            lastZxidSeen: client.lastZxid,
            timeoutMs: 1500,
            session: client.session,
            password: client.password
        )
        self.toMember(index, .connect(connection, request))
    }

    /// Any member; the reader is mostly with the leader, so that it is there when that one is left behind.
    private mutating func chooseMember(for index: Int) -> MemberID {
        if self.clients[index].isReader, self.clients[index].generator.chance(0.7), let leader = self.leader {
            return leader
        }
        return self.ids[Int.random(in: 0..<self.ids.count, using: &self.clients[index].generator)]
    }

    private mutating func ask(_ index: Int) {
        let numbers = self.clients.map(\.acknowledged)
        let acknowledged = self.checker.acknowledged
        let (request, asked) = self.clients[index].choose(acknowledgedByAnybody: acknowledged, numbers: numbers)
        let xid = self.clients[index].nextXid
        self.clients[index].nextXid += 1
        self.clients[index].asked.append((xid, asked))
        self.toMember(index, .request(ConnectionID(rawValue: 0), xid: xid, request))
    }

    /// Sends something on the client's connection.
    private mutating func toMember(_ index: Int, _ event: MemberEvent) {
        let client = self.clients[index]
        guard let id = client.member, let connection = client.connection, let node = self.nodes[id],
            node.connections[connection] != nil
        else { return }
        let bound: MemberEvent
        if case .request(_, let xid, let request) = event {
            bound = .request(connection, xid: xid, request)
        } else {
            bound = event
        }
        // The way there takes as long for all, so that it keeps the order.
        self.schedule(.member(id, life: node.life, bound), at: self.now + .milliseconds(1))
    }

    /// The client closes its connection.
    private mutating func hangUp(_ index: Int) {
        let client = self.clients[index]
        if let id = client.member, let connection = client.connection, let node = self.nodes[id],
            node.connections[connection] != nil
        {
            self.nodes[id]?.connections[connection] = nil
            self.schedule(
                .member(id, life: node.life, .disconnected(connection)),
                at: self.now + .milliseconds(1)
            )
        }
        self.clients[index].disconnect()
    }

    /// The network drops the client's connection.
    mutating func breakClient(_ index: Int) {
        self.hangUp(index)
    }

    mutating func connectionLost(_ connection: ConnectionID, at index: Int) {
        guard self.clients[index].connection == connection else { return }
        self.clients[index].disconnect()
    }

    // MARK: - Answers

    mutating func receive(_ message: ServerMessage, on connection: ConnectionID, at index: Int) throws {
        guard self.clients[index].connection == connection else { return }
        self.clients[index].lastHeard = self.now
        switch message {
        case .connected(let response): self.connected(response, connection, index)
        case .event: break
        case .reply(let reply):
            if reply.xid == -2 { return }
            try self.answered(reply, index)
        }
    }

    private mutating func connected(_ response: ConnectResponse, _ connection: ConnectionID, _ index: Int) {
        guard response.timeoutMs > 0 else {
            self.clients[index].forgetSession()
            self.clients[index].disconnect()
            return
        }
        self.clients[index].state = .connected(connection)
        self.clients[index].session = response.session
        self.clients[index].password = response.password
        self.clients[index].timeoutMs = response.timeoutMs
    }

    private mutating func answered(_ reply: Reply, _ index: Int) throws {
        let client = self.clients[index]
        guard let (xid, asked) = client.asked.first, xid == reply.xid else {
            throw Violation("client \(index) was answered out of order: \(reply.xid)")
        }
        self.clients[index].asked.removeFirst()
        let isRefusal = reply.error != .ok
        if !isRefusal || reply.error == .noNode || reply.error == .nodeExists {
            self.clients[index].lastZxid = max(client.lastZxid, reply.zxid)
        }
        switch asked {
        case .create:
            if reply.error == .ok || reply.error == .nodeExists { self.clients[index].hasNode = true }
            if !isRefusal { try self.checker.acknowledged(reply.zxid, to: client.session) }
        case .write(let number):
            guard !isRefusal else { return }
            try self.checker.acknowledged(reply.zxid, to: client.session)
            self.clients[index].acknowledged = number
            if client.wantsProof { self.clients[index].hasProof = true }
        case .ephemeral:
            if !isRefusal { try self.checker.acknowledged(reply.zxid, to: client.session) }
        case .read(let sentBefore):
            if reply.zxid < sentBefore {
                throw Violation(
                    "client \(index) read the state of \(reply.zxid) after it had seen \(sentBefore)"
                )
            }
            try self.checkNumber(in: reply, of: index, least: client.acknowledged, readBy: index)
        case .readOther(let other):
            let least = client.synced.isEmpty ? 0 : client.synced[other]
            if reply.error == .noNode, least > 0 {
                throw Violation("client \(index) finds no \(SimulatedClient.path(of: other)), which had \(least)")
            }
            try self.checkNumber(in: reply, of: other, least: least, readBy: index)
        case .sync(let acknowledged, let numbers):
            guard !isRefusal else { return }
            self.clients[index].synced = numbers
            if reply.zxid < acknowledged {
                throw Violation(
                    "client \(index) synced to \(reply.zxid), but \(acknowledged) had been acknowledged before"
                )
            }
        case .close:
            self.clients[index].forgetSession()
            self.clients[index].disconnect()
        }
    }

    /// What was acknowledged to a client before must be there when it is read, by itself or by another after a sync.
    private func checkNumber(in reply: Reply, of owner: Int, least: Int, readBy reader: Int) throws {
        guard case .data(let data, _) = reply.body, let number = Int(String(buffer: data)) else { return }
        if number < least {
            throw Violation(
                "client \(reader) read \(number) of client \(owner) after its \(least) was acknowledged"
            )
        }
    }
}
