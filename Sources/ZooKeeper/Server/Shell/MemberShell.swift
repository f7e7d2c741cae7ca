// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Glibc
import Logging
import NIOCore
import ZooKeeperEnsemble
import ZooKeeperProtocol

/// The world around a member: it brings events to it and does what it asks, and decides nothing.
///
/// Unchecked, because everything in it happens on its event loop. What gathers while the loop is busy is one turn: one
/// hand-over to the disk, one flush a connection.
final class MemberShell: @unchecked Sendable {
    let eventLoop: any EventLoop
    let logger: Logger
    private(set) var member: Member
    private(set) var counters: [MemberProbe: Int] = [:]
    var statistics = ServerStatistics()

    private var events: [MemberEvent] = []
    private var isTurnScheduled = false
    private var timers: [MemberTimer: Scheduled<Void>] = [:]
    private var clients: [ConnectionID: ClientHandler] = [:]
    private var links: [MemberID: PeerLink] = [:]
    private var disk: DiskQueue?
    private var diskWork: [MemberEffect] = []
    private var nextConnection: UInt64 = 0
    private var isStopped = false
    private let interceptor: RequestInterceptor<OpCode, ZooKeeperServer.Configuration.InterceptedAnswer>?
    private let whenResigned: EventLoopPromise<Void>

    init(
        member: Member,
        eventLoop: any EventLoop,
        logger: Logger,
        interceptor: RequestInterceptor<OpCode, ZooKeeperServer.Configuration.InterceptedAnswer>?,
        whenResigned: EventLoopPromise<Void>
    ) {
        self.member = member
        self.eventLoop = eventLoop
        self.logger = logger
        self.interceptor = interceptor
        self.whenResigned = whenResigned
    }

    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    func start(disk: DiskQueue) {
        self.eventLoop.preconditionInEventLoop()
        self.disk = disk
        self.enqueue(.started)
    }

    /// The member is to go: it hands over what it leads, and its clients are answered.
    func resign() {
        self.eventLoop.execute { self.enqueue(.resign) }
    }

    /// Closes everything; nothing happens afterwards.
    func stop() {
        self.eventLoop.preconditionInEventLoop()
        self.isStopped = true
        for timer in self.timers.values { timer.cancel() }
        self.timers = [:]
        for id in self.clients.keys.sorted() { self.clients[id]?.closeWhenWritten() }
        for link in self.links.values { link.close() }
        self.whenResigned.succeed(())
    }

    /// The disk has failed: what is acknowledged from now on could be lost, so nothing is.
    func fail(_ error: any Error) {
        self.eventLoop.execute {
            self.logger.critical("the disk failed, stopping: \(error)")
            self.whenResigned.fail(error)
            self.stop()
        }
    }

    /// What waited for the disk.
    func becameDurable(_ effects: [MemberEffect]) {
        self.eventLoop.execute {
            for effect in effects { self.perform(effect) }
            self.scheduleTurn()
        }
    }

    // MARK: - Turns

    func enqueue(_ event: MemberEvent) {
        self.eventLoop.preconditionInEventLoop()
        self.events.append(event)
        self.scheduleTurn()
    }

    private func scheduleTurn() {
        guard !self.isTurnScheduled, !self.isStopped else { return }
        self.isTurnScheduled = true
        self.eventLoop.execute { self.turn() }
    }

    private func turn() {
        self.isTurnScheduled = false
        guard !self.isStopped else { return }
        while !self.events.isEmpty {
            let events = self.events
            self.events = []
            for event in events { self.handle(event) }
            self.handle(.turnEnded)
        }
        if !self.diskWork.isEmpty {
            self.disk?.perform(self.diskWork)
            self.diskWork = []
        }
        for link in self.links.values { link.flush() }
        for client in self.unflushed { client.flush() }
        self.unflushed.removeAll(keepingCapacity: true)
    }

    /// The clients that have been written to in this turn.
    private var unflushed: [ClientHandler] = []

    private func handle(_ event: MemberEvent) {
        for effect in self.member.handle(event, now: Self.now()) { self.perform(effect) }
    }

    private func perform(_ effect: MemberEffect) {
        switch effect {
        case .append, .truncate, .saveVote, .install, .takeSnapshot, .markComplete:
            self.diskWork.append(effect)
            self.scheduleTurn()
        case .send(let peer, let message):
            self.links[peer]?.write(message)
            self.scheduleTurn()
        case .unlink(let peer):
            self.logger.warning("dropping the link to member \(peer): it says what it must not")
            self.links[peer]?.close()
        case .reply(let id, let message):
            guard let client = self.clients[id] else { return }
            if client.write(message) { self.unflushed.append(client) }
        case .close(let id):
            self.clients.removeValue(forKey: id)?.closeWhenWritten()
        case .setReading(let id, let isReading):
            self.clients[id]?.setReading(isReading)
        case .notify(let event):
            self.enqueue(event)
        case .setTimer(let timer, let instant):
            self.setTimer(timer, at: instant)
        case .resigned:
            self.whenResigned.succeed(())
        case .reached(let probe):
            self.counters[probe, default: 0] += 1
            self.logger.info("\(probe.rawValue): \(self.counters[probe, default: 0])")
        }
    }

    private func setTimer(_ timer: MemberTimer, at instant: Instant) {
        self.timers[timer]?.cancel()
        let deadline = NIODeadline.now() + .nanoseconds(max(0, (instant - Self.now()).wholeNanoseconds))
        self.timers[timer] = self.eventLoop.scheduleTask(deadline: deadline) { self.enqueue(.timer(timer)) }
    }

    // MARK: - Clients

    func add(_ client: ClientHandler) -> ConnectionID {
        self.nextConnection += 1
        let id = ConnectionID(rawValue: self.nextConnection)
        self.clients[id] = client
        return id
    }

    /// Takes a request of a session.
    func receive(_ id: ConnectionID, xid: Int32, _ request: Request) {
        switch self.interceptor?.decide(request.kind) ?? .pass {
        case .pass:
            self.enqueue(.request(id, xid: xid, request))
        case .answer(let answer):
            let zxid = self.member.tree.zxid
            self.perform(.reply(id, .reply(Reply(xid: xid, zxid: zxid, error: answer.error, body: answer.body))))
            self.scheduleTurn()
        case .drop:
            break
        case .close:
            self.perform(.close(id))  // that it has gone is told by the connection itself
        case .hold(let delay):
            self.eventLoop.scheduleTask(in: TimeAmount(delay)) {
                self.enqueue(.request(id, xid: xid, request))
            }
        }
    }

    func remove(_ id: ConnectionID) {
        self.clients[id] = nil
        if !self.isStopped { self.enqueue(.disconnected(id)) }
    }

    func forEachClient(_ body: (ConnectionID, ClientHandler) -> Void) {
        for id in self.clients.keys.sorted() {
            if let client = self.clients[id] { body(id, client) }
        }
    }

    // MARK: - Links

    func link(to peer: MemberID) -> PeerLink? { self.links[peer] }

    /// Makes a link the one to its peer; an older one is closed.
    func establish(_ link: PeerLink, to peer: MemberID) {
        guard !self.isStopped else {
            link.close()
            return
        }
        if let old = self.links.updateValue(link, forKey: peer) {
            old.close()
            self.enqueue(.unlinked(peer))
        }
        self.logger.debug("linked with member \(peer)")
        self.enqueue(.linked(peer))
    }

    func linkClosed(_ link: PeerLink, to peer: MemberID) {
        guard self.links[peer] === link else { return }
        self.links[peer] = nil
        self.logger.debug("the link with member \(peer) has broken")
        if !self.isStopped { self.enqueue(.unlinked(peer)) }
    }
}

/// What the four-letter words tell.
struct ServerStatistics {
    var received = 0
    var sent = 0
    var connections = 0
}
