// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster

/// What brokers say to each other and to ZooKeeper.
extension KafkaSimulation {
    // MARK: - Brokers

    mutating func send(_ token: PeerToken, _ request: KafkaRequest, from: Int32, to: Int32) {
        guard let life = self.brokers[from]?.life else { return }
        let isReachable = self.brokers[to]?.machine != nil && self.brokers[to]?.isServing == true
        guard isReachable, let delivery = self.network.send(from: from, to: to, now: self.now) else {
            // Refused, or no way there: known after a moment.
            let event = BrokerEvent.peerFailed(to, token)
            self.schedule(.broker(from, life: life, event), at: self.now + self.delay(200, 5000))
            return
        }
        let call = self.nextCall
        self.nextCall += 1
        self.calls[call] = PeerCall(from: from, life: life, to: to, token: token, request: request)
        self.schedule(.peerRequest(call, delivery), at: delivery.at)
    }

    mutating func arrive(_ number: UInt64, _ delivery: SimulatedNetwork<Int32>.Delivery) throws {
        guard let call = self.calls[number], self.network.arrives(delivery, from: call.from, to: call.to),
            let life = self.brokers[call.to]?.life
        else { return }
        let id = RequestID(connection: UInt64(call.from) + 10, sequence: number)
        let request = IncomingRequest(id: id, version: -1, body: call.request)
        try self.handle(.request(request), at: call.to, life: life)
    }

    /// An answer leaves a broker.
    mutating func reply(_ id: RequestID, _ response: KafkaResponse, from: Int32) {
        if id.connection >= 1000 {
            guard !self.faults.chance(self.isHealed ? 0 : 0.02) else { return }  // lost with its connection
            let event = KafkaSimulationEvent.produced(Int(id.connection - 1000), attempt: Int(id.sequence), response)
            self.schedule(event, at: self.now + self.delay(50, 3000))
        } else if let call = self.calls[id.sequence],
            let delivery = self.network.send(from: from, to: call.from, now: self.now)
        {
            self.schedule(.peerReply(id.sequence, response, delivery), at: delivery.at)
        }
    }

    mutating func answer(_ number: UInt64, _ response: KafkaResponse, _ delivery: SimulatedNetwork<Int32>.Delivery)
        throws
    {
        guard let call = self.calls[number], self.network.arrives(delivery, from: call.to, to: call.from) else {
            return
        }
        self.calls[number] = nil
        try self.handle(.peerReply(from: call.to, call.token, response), at: call.from, life: call.life)
    }

    /// The connection between two brokers is gone: both ends learn it.
    mutating func breakConnection(_ one: Int32, _ other: Int32) {
        self.network.breakConnection(one, other)
        self.failCalls { ($0.from == one && $0.to == other) || ($0.from == other && $0.to == one) }
        for (id, peer) in [(one, other), (other, one)] {
            guard let life = self.brokers[id]?.life else { continue }
            let event = BrokerEvent.connectionClosed(UInt64(peer) + 10)
            self.schedule(.broker(id, life: life, event), at: self.now + self.delay(50, 2000))
        }
    }

    mutating func failCalls(_ condition: (PeerCall) -> Bool) {
        for number in self.calls.keys.sorted() {
            guard let call = self.calls[number], condition(call) else { continue }
            self.calls[number] = nil
            let event = BrokerEvent.peerFailed(call.to, call.token)
            self.schedule(.broker(call.from, life: call.life, event), at: self.now + self.delay(50, 2000))
        }
    }

    // MARK: - ZooKeeper

    mutating func askZooKeeper(_ request: ZooKeeperRequest, _ purpose: ZooKeeperPurpose, from id: Int32) {
        guard var broker = self.brokers[id] else { return }
        guard broker.isLinked else {
            let reply = ZooKeeperEvent.reply(purpose, .failure(.connectionLoss))
            self.schedule(.broker(id, life: broker.life, .zookeeper(reply)), at: self.now + .microseconds(10))
            return
        }
        broker.asked.append(purpose)
        broker.lastArrival = max(broker.lastArrival + .nanoseconds(1), self.now + self.delay(100, 2000))
        self.brokers[id] = broker
        self.schedule(
            .zookeeperRequest(
                id,
                life: broker.life,
                linkEpoch: broker.linkEpoch,
                session: broker.session,
                request,
                purpose
            ),
            at: broker.lastArrival
        )
    }

    mutating func performZooKeeper(
        _ id: Int32,
        _ life: Int,
        _ linkEpoch: Int,
        _ session: Int64,
        _ request: ZooKeeperRequest,
        _ purpose: ZooKeeperPurpose
    ) {
        guard self.brokers[id]?.life == life, self.brokers[id]?.linkEpoch == linkEpoch else { return }
        let (reply, fired) = self.zookeeper.perform(request, session: session)
        self.fire(fired)
        let at = self.returnTime(to: id)
        self.schedule(.zookeeperReply(id, life: life, linkEpoch: linkEpoch, purpose, reply), at: at)
    }

    /// Answers and watches of a session come back in order.
    private mutating func returnTime(to id: Int32) -> Instant {
        let wish = self.now + self.delay(100, 2000)
        let at = max((self.brokers[id]?.lastReturn ?? .zero) + .nanoseconds(1), wish)
        self.brokers[id]?.lastReturn = at
        return at
    }

    mutating func fire(_ watches: [ModelZooKeeper.Watch]) {
        for watch in watches {
            for id in self.ids where self.brokers[id]?.session == watch.session {
                guard let broker = self.brokers[id], broker.machine != nil else { continue }
                if broker.isLinked {
                    let event = KafkaSimulationEvent.watchFired(
                        id,
                        life: broker.life,
                        linkEpoch: broker.linkEpoch,
                        session: watch.session,
                        watch.path
                    )
                    self.schedule(event, at: self.returnTime(to: id))
                } else {
                    self.brokers[id]?.missed.append(watch.path)
                }
            }
        }
    }

    /// A session's watch reaches its broker; one that its link lost on the way comes after the next connect, since clients
    /// name the watches that they wait for when they come back.
    mutating func watchFired(_ path: String, of session: Int64, at id: Int32, life: Int, linkEpoch: Int) throws {
        guard let broker = self.brokers[id], broker.life == life, broker.session == session else { return }
        guard broker.isLinked || broker.linkEpoch == linkEpoch else {
            self.brokers[id]?.missed.append(path)
            return
        }
        try self.handle(.zookeeper(.changed(path: path)), at: id, life: life)
    }

    mutating func zookeeperAnswered(
        _ id: Int32,
        _ life: Int,
        _ linkEpoch: Int,
        _ purpose: ZooKeeperPurpose,
        _ reply: ZooKeeperReply
    ) throws {
        guard self.brokers[id]?.life == life, self.brokers[id]?.linkEpoch == linkEpoch else { return }
        if let index = self.brokers[id]?.asked.firstIndex(of: purpose) { self.brokers[id]?.asked.remove(at: index) }
        try self.handle(.zookeeper(.reply(purpose, reply)), at: id, life: life)
    }

    /// The link to ZooKeeper breaks: what is under way is lost, and the session ends unless it is back in time.
    mutating func unlink(_ id: Int32) throws {
        guard var broker = self.brokers[id], broker.isLinked else { return }
        broker.isLinked = false
        broker.linkEpoch += 1
        let asked = broker.asked
        broker.asked = []
        self.brokers[id] = broker
        self.fallSilent(id)
        try self.handle(.zookeeper(.disconnected), at: id, life: broker.life)
        for purpose in asked {
            try self.handle(.zookeeper(.reply(purpose, .failure(.connectionLoss))), at: id, life: broker.life)
        }
    }

    /// From now on nothing is heard of a broker's session.
    mutating func fallSilent(_ id: Int32) {
        guard let broker = self.brokers[id], broker.session != 0 else { return }
        self.brokers[id]?.silence += 1
        self.schedule(
            .expire(session: broker.session, of: id, silence: broker.silence + 1),
            at: self.now + Self.sessionTimeout
        )
    }

    mutating func expire(_ session: Int64) {
        self.fire(self.zookeeper.endSession(session))
    }

    /// The broker finds ZooKeeper: its old session if that lives, else a new one.
    mutating func link(_ id: Int32, life: Int) throws {
        guard let broker = self.brokers[id], broker.life == life, broker.machine != nil, !broker.isLinked else {
            return
        }
        self.brokers[id]?.silence += 1
        self.brokers[id]?.isLinked = true
        self.brokers[id]?.linkEpoch += 1
        if broker.session != 0, self.zookeeper.sessions.contains(broker.session) {
            try self.handle(.zookeeper(.connected(sessionID: broker.session)), at: id, life: life)
            let missed = self.brokers[id]?.missed ?? []
            self.brokers[id]?.missed = []
            for path in missed { try self.handle(.zookeeper(.changed(path: path)), at: id, life: life) }
        } else {
            self.brokers[id]?.missed = []
            let hadSession = broker.session != 0
            let session = self.zookeeper.openSession()
            self.brokers[id]?.session = session
            if hadSession { try self.handle(.zookeeper(.expired), at: id, life: life) }
            try self.handle(.zookeeper(.connected(sessionID: session)), at: id, life: life)
        }
    }

    mutating func closeSession(of id: Int32) {
        guard let session = self.brokers[id]?.session, session != 0 else { return }
        self.brokers[id]?.session = 0
        self.brokers[id]?.isLinked = false
        self.brokers[id]?.linkEpoch += 1
        self.fire(self.zookeeper.endSession(session))
    }
}
