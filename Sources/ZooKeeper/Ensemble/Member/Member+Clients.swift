// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Determinism
import NIOCore
import ZooKeeperProtocol

extension Member {
    // MARK: - Serving

    /// Whether and how many clients are connected.
    package var clientCount: Int { self.clients.all.count }

    /// Holds clients back: there is no leader, or it is not known how far it is.
    mutating func stopServing() {
        if self.isServing { self.setTimer(.clientGrace, after: self.configuration.clientGrace) }
        self.isServing = false
        for number in self.clients.outstanding.keys where self.clients.outstanding[number]?.isSent == true {
            self.clients.outstanding[number]?.isSent = false
            self.clients.outstanding[number]?.wasLost = true
        }
        // An answer that hangs on a transaction which is not here yet may never come true.
        for id in self.clients.parked { self.unsettle(id) }
        self.clients.parked = []
    }

    private mutating func unsettle(_ id: ConnectionID) {
        guard let queue = self.clients[id]?.queue else { return }
        for (index, pending) in queue.enumerated() where pending.number != 0 {
            if case .settled(let after, _, _) = pending.state, after > self.tree.zxid {
                self.clients[id]?.queue[index].state = .waiting
            }
        }
    }

    /// Serves clients: this member has all that its leader had when it joined.
    mutating func startServing() {
        self.isServing = true
        self.refusesClients = false
        // In the order in which they were asked; what has been answered meanwhile only waits for its turn.
        let waiting = self.clients.all.values.flatMap { $0.queue.filter { $0.state == .waiting }.map(\.number) }
        for number in waiting.sorted() {
            guard let outstanding = self.clients.outstanding[number], !outstanding.isSent else { continue }
            if outstanding.wasLost { self.effects.append(.reached(.requestForwardedAgain)) }
            self.sendOutstanding(number)
        }
        for id in self.clients.all.keys.sorted() {
            if case .held(let request) = self.clients[id]?.phase { self.open(id, request) }
            self.drain(id)
        }
    }

    mutating func graceTimerFired() {
        guard !self.isServing else { return }
        self.refusesClients = true
        self.dropClients()
    }

    /// Disconnects all clients; they will look for another server.
    mutating func dropClients() {
        guard !self.clients.all.isEmpty else { return }
        self.effects.append(.reached(.clientsDropped))
        for id in self.clients.all.keys.sorted() { self.drop(id) }
    }

    /// Disconnects a client with what it waits for.
    mutating func drop(_ id: ConnectionID) {
        guard self.clients[id] != nil else { return }
        self.effects.append(.close(id))
        self.disconnected(id)
    }

    mutating func disconnected(_ id: ConnectionID) {
        guard let client = self.clients[id] else { return }
        for pending in client.queue where pending.number != 0 { self.clients.outstanding[pending.number] = nil }
        if self.clients.connections[client.session] == id { self.clients.connections[client.session] = nil }
        self.clients.parked.remove(id)
        self.watches.removeAll(of: id)
        self.clients[id] = nil
        self.finishResignation()
    }

    // MARK: - Sessions

    mutating func connect(_ id: ConnectionID, _ request: ConnectRequest) {
        guard !self.refusesClients, !self.isResigning, self.clients[id] == nil else {
            self.effects.append(.close(id))
            self.disconnected(id)
            return
        }
        self.clients[id] = ClientTable.Client(phase: .held(request))
        if self.isServing { self.open(id, request) }
    }

    private mutating func open(_ id: ConnectionID, _ request: ConnectRequest) {
        self.clients[id]?.phase = .opening(request)
        let number: UInt64
        if request.session == .none {
            let session = SessionID(rawValue: self.clients.nextSession)
            self.clients.nextSession += 1
            self.clients[id]?.session = session
            var password = ByteBuffer()
            password.writeMultipleIntegers(self.random.next(), self.random.next())
            let timeoutMs = min(
                max(request.timeoutMs, self.configuration.minSessionTimeoutMs),
                self.configuration.maxSessionTimeoutMs
            )
            number = self.issueWrite(.openSession(timeoutMs: timeoutMs, password: password), session: session, for: id)
        } else {
            self.clients[id]?.session = request.session
            number = self.issue(.revalidate(request.session, password: request.password), for: id)
        }
        self.clients[id]?.queue.append(ClientTable.Pending(xid: 0, number: number, state: .waiting))
        self.sendOutstanding(number)
    }

    /// Answers a client's ``ConnectRequest``, now or when this member has applied that transaction.
    private mutating func settleConnect(
        _ id: ConnectionID,
        number: UInt64,
        timeoutMs: Int32,
        password: ByteBuffer,
        after: Zxid
    ) {
        guard case .opening(let request) = self.clients[id]?.phase, let session = self.clients[id]?.session else {
            return
        }
        // It has seen what this ensemble has never done: it belongs to another one, or to one that lost its disks.
        guard request.lastZxidSeen <= after || request.lastZxidSeen <= self.tree.zxid else {
            self.drop(id)
            return
        }
        if timeoutMs == 0 {
            let answer = ConnectResponse.expired(hasReadOnlyByte: request.hasReadOnlyByte)
            self.settle(id, number, .connected(answer), after: .zero, closes: true)
            return
        }
        if let other = self.clients.connections.updateValue(id, forKey: session), other != id { self.drop(other) }
        self.clients.connections[session] = id
        self.clients[id]?.phase = .open
        self.clients.touch(session)
        let answer = ConnectResponse(
            timeoutMs: timeoutMs,
            session: session,
            password: password,
            hasReadOnlyByte: request.hasReadOnlyByte
        )
        self.settle(id, number, .connected(answer), after: max(after, request.lastZxidSeen), closes: false)
    }

    mutating func revalidated(_ number: UInt64, timeoutMs: Int32, after: Zxid) {
        guard let outstanding = self.clients.outstanding[number],
            case .revalidate(_, let password) = outstanding.operation
        else { return }
        self.settleConnect(outstanding.client, number: number, timeoutMs: timeoutMs, password: password, after: after)
    }

    mutating func sessionMoved(_ session: SessionID) {
        if let id = self.clients.connections[session] { self.drop(id) }
    }

    mutating func sessionClosed(_ session: SessionID, by request: RequestID) {
        self.leading?.sessions.close(session)
        guard let id = self.clients.connections[session] else { return }
        // Who closes its own session gets its answer first.
        if request.member == self.id, self.clients[id]?.phase == .closing { return }
        self.drop(id)
    }

    // MARK: - Requests

    mutating func request(_ id: ConnectionID, xid: Int32, _ request: Request) {
        guard let client = self.clients[id], client.phase == .open else {
            // Nothing is asked before the session is there, and nothing after it was closed.
            if self.clients[id]?.phase != .closing { self.drop(id) }
            return
        }
        self.clients.touch(client.session)
        switch request {
        case .ping:
            self.effects.append(.reply(id, .reply(Reply(xid: xid, zxid: self.tree.zxid))))
            return
        case .auth(let scheme, _):
            // Addresses and the world are known without proof; other schemes are not supported.
            let error: ErrorCode = scheme == "world" || scheme == "ip" ? .ok : .authFailed
            self.effects.append(.reply(id, .reply(Reply(xid: xid, zxid: self.tree.zxid, error: error))))
            if error != .ok { self.drop(id) }
            return
        case .sync:
            let number = self.issue(.sync, for: id)
            self.clients[id]?.queue.append(ClientTable.Pending(xid: xid, number: number, state: .waiting))
            self.sendOutstanding(number)
        case .closeSession, .create, .delete, .setData, .setACL, .check, .multi:
            if request == .closeSession { self.clients[id]?.phase = .closing }
            let number = self.issueWrite(.client(request), session: client.session, for: id)
            self.clients[id]?.queue.append(ClientTable.Pending(xid: xid, number: number, state: .waiting))
            self.sendOutstanding(number)
        case .exists, .getData, .getACL, .getChildren, .multiRead, .setWatches, .checkWatches, .removeWatches,
            .addWatch,
            .getEphemerals, .getAllChildrenNumber, .whoAmI, .unknown, .malformed:
            self.clients[id]?.queue.append(ClientTable.Pending(xid: xid, state: .read(request)))
            if client.queue.isEmpty { self.drain(id) }
        }
        if client.isReading, client.queue.count >= self.configuration.clientRequestsMax {
            self.clients[id]?.isReading = false
            self.effects.append(.setReading(id, false))
        }
    }

    private mutating func issue(_ operation: ClientTable.Outstanding.Operation, for id: ConnectionID) -> UInt64 {
        self.clients.nextRequest += 1
        self.clients.outstanding[self.clients.nextRequest] = ClientTable.Outstanding(client: id, operation: operation)
        return self.clients.nextRequest
    }

    private mutating func issueWrite(
        _ operation: WriteRequest.Operation,
        session: SessionID,
        for id: ConnectionID
    ) -> UInt64 {
        let request = RequestID(member: self.id, number: self.clients.nextRequest + 1)
        return self.issue(.write(WriteRequest(id: request, session: session, operation: operation)), for: id)
    }

    private mutating func sendOutstanding(_ number: UInt64) {
        guard self.isServing, let outstanding = self.clients.outstanding[number] else { return }
        self.clients.outstanding[number]?.isSent = true
        guard let following = self.following else {
            switch outstanding.operation {
            case .write(let request): self.propose(request, from: self.id)
            case .revalidate(let session, let password):
                self.revalidate(session, password: password, number: number, from: self.id)
            case .sync: self.sync(number, from: self.id)
            }
            return
        }
        switch outstanding.operation {
        case .write(let request): self.send(.forward(request), to: following.leader)
        case .revalidate(let session, let password):
            self.send(.revalidate(number: number, session: session, password: password), to: following.leader)
        case .sync: self.send(.sync(number: number), to: following.leader)
        }
    }

    // MARK: - Answers

    /// A transaction that one of our clients asked for has been applied.
    mutating func answer(_ entry: LogEntry, _ response: Response) {
        let number = entry.request.number
        guard let outstanding = self.clients.outstanding[number], let queue = self.clients[outstanding.client]?.queue
        else { return }
        let id = outstanding.client
        for pending in queue {
            if pending.number == number { break }
            // An earlier write is unanswered though this one was done: it was refused, and the refusal is lost with
            // the leader that sent it. Asked again it would be done in the wrong order.
            if pending.state == .waiting, case .write = self.clients.outstanding[pending.number]?.operation {
                self.drop(id)
                return
            }
        }
        if case .openSession(let timeoutMs, let password) = entry.transaction {
            self.settleConnect(id, number: number, timeoutMs: timeoutMs, password: password, after: entry.zxid)
            return
        }
        let xid = queue.first { $0.number == number }?.xid ?? 0
        self.settle(
            id,
            number,
            .reply(Reply(xid: xid, zxid: entry.zxid, body: response)),
            after: entry.zxid,
            closes: entry.transaction == .closeSession
        )
    }

    mutating func refused(_ number: UInt64, _ refusal: Refusal, after: Zxid) {
        guard let outstanding = self.clients.outstanding[number],
            let xid = self.clients[outstanding.client]?.queue.first(where: { $0.number == number })?.xid
        else { return }
        guard refusal.error != .sessionMoved else {
            self.drop(outstanding.client)
            return
        }
        if case .write(let request) = outstanding.operation, case .openSession = request.operation {
            self.drop(outstanding.client)
            return
        }
        var reply = Reply(xid: xid, zxid: after, error: refusal.error)
        if !refusal.operations.isEmpty {
            reply.error = .ok
            reply.body = .results(refusal.operations.map { .failed($0) })
        }
        self.settle(
            outstanding.client,
            number,
            .reply(reply),
            after: after,
            closes: refusal.error == .sessionExpired
        )
    }

    mutating func synced(_ number: UInt64, after: Zxid) {
        guard let outstanding = self.clients.outstanding[number], outstanding.operation == .sync,
            let xid = self.clients[outstanding.client]?.queue.first(where: { $0.number == number })?.xid
        else { return }
        // ZooKeeper answers with the path; clients know it anyway, and look at the error only.
        self.settle(
            outstanding.client,
            number,
            .reply(Reply(xid: xid, zxid: after, body: .path("/"))),
            after: after,
            closes: false
        )
    }

    private mutating func settle(
        _ id: ConnectionID,
        _ number: UInt64,
        _ message: ServerMessage,
        after: Zxid,
        closes: Bool
    ) {
        guard let index = self.clients[id]?.queue.firstIndex(where: { $0.number == number }) else { return }
        self.clients[id]?.queue[index].state = .settled(after: after, message, closes: closes)
        if after > self.tree.zxid { self.clients.parked.insert(id) }
        if index == 0 { self.drain(id) }
    }

    /// Answers clients whose answers hung on what has been applied now.
    mutating func drainParked() {
        if self.clients.parked.isEmpty { return }
        for id in self.clients.parked.sorted() { self.drain(id) }
        self.clients.parked = self.clients.parked.filter { id in
            self.clients[id]?.queue.contains { pending in
                if case .settled(let after, _, _) = pending.state { return after > self.tree.zxid }
                return false
            } ?? false
        }
    }

    /// Answers a client as far as can be, in its order.
    private mutating func drain(_ id: ConnectionID) {
        guard self.isServing else { return }
        while let pending = self.clients[id]?.queue.first {
            switch pending.state {
            case .waiting:
                return
            case .settled(let after, let message, let closes):
                if after > self.tree.zxid { return }
                self.clients[id]?.queue.removeFirst()
                self.clients.outstanding[pending.number] = nil
                self.effects.append(.reply(id, message))
                if closes {
                    self.drop(id)
                    return
                }
            case .read(let request):
                self.clients[id]?.queue.removeFirst()
                self.read(request, xid: pending.xid, for: id)
            }
        }
        if self.clients[id]?.isReading == false {
            self.clients[id]?.isReading = true
            self.effects.append(.setReading(id, true))
        }
        self.finishResignation()
    }
}
