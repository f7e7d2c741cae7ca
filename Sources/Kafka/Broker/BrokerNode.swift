// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import Determinism
import KafkaCluster
import KafkaProtocol
import KafkaStore
import Logging
import NIOCore

/// What surrounds the broker's machine: takes events one at a time, performs its effects, and decides nothing.
///
/// Everything here runs on one event loop; `@unchecked Sendable` is protected by that.
final class BrokerNode: @unchecked Sendable {
    /// What the owner is told.
    struct Observer: Sendable {
        /// Registered: open the port.
        var serve: @Sendable () -> Void
        /// In the in-sync set of everything since the start.
        var ready: @Sendable () -> Void
        /// Handed over: the process may end.
        var stopped: @Sendable () -> Void
    }

    let loop: any EventLoop
    let addresses: AddressBook
    private let logger: Logger
    private let logs: LogStore
    private let observer: Observer
    private let interceptor: RequestInterceptor<APIKey, KafkaResponse>?
    private var machine: Broker
    private var session: ZooKeeperSession?
    private var events = Deque<BrokerEvent>()
    private var isWorking = false
    private var connections: [UInt64: ConnectionHandler] = [:]
    private var peers: [PeerConnection.Key: PeerConnection] = [:]
    private var timers: [BrokerTimer: Scheduled<Void>] = [:]
    private var dirtyConnections: [ConnectionHandler] = []
    private var dirtyPeers: [PeerConnection] = []
    private var nextConnection: UInt64 = 1
    private var peerCheck: RepeatedTask?

    init(
        loop: any EventLoop,
        settings: BrokerSettings,
        logs: LogStore,
        addresses: AddressBook,
        interceptor: RequestInterceptor<APIKey, KafkaResponse>?,
        logger: Logger,
        observer: Observer
    ) {
        self.loop = loop
        self.machine = Broker(settings: settings)
        self.logs = logs
        self.addresses = addresses
        self.interceptor = interceptor
        self.logger = logger
        self.observer = observer
    }

    /// The machine's time: CLOCK_MONOTONIC.
    static func now() -> Instant {
        Instant(nanoseconds: Int64(NIODeadline.now().uptimeNanoseconds))
    }

    // MARK: - Life

    /// Begins with what is on the disk; the session brings the rest.
    func start(session: ZooKeeperSession) throws {
        self.session = session
        self.logs.onCheckpointFailure = { [logger] reason in
            logger.warning("the high watermarks could not be written: \(reason)")
        }
        self.take(.started(logs: self.logs.states, highWatermarks: try self.logs.highWatermarks()))
        self.peerCheck = self.loop.scheduleRepeatedTask(
            initialDelay: Limits.peerCheckInterval,
            delay: Limits.peerCheckInterval
        ) { [weak self] _ in self?.checkPeers() }
        session.start()
    }

    /// SIGTERM.
    func stop() {
        self.take(.stop)
        self.endTurn()
    }

    /// Completes when the last answers have left and the session has ended, or that took too long.
    func drained() -> EventLoopFuture<Void> {
        let promise = self.loop.makePromise(of: Void.self)
        self.loop.execute {
            self.endTurn()
            let closed = self.session?.closed ?? self.loop.makeSucceededVoidFuture()
            let late = self.loop.scheduleTask(in: Limits.drainTimeout) { promise.succeed() }
            closed.whenComplete { _ in
                late.cancel()
                promise.succeed()
            }
        }
        return promise.futureResult
    }

    /// Ends connections and timers and closes the logs; nothing is taken afterwards.
    func close() throws {
        self.peerCheck?.cancel()
        for timer in self.timers.values { timer.cancel() }
        self.timers = [:]
        for peer in self.peers.values { peer.fail() }
        self.peers = [:]
        for connection in self.connections.values { connection.close() }
        self.events = []
        try self.logs.close()
    }

    // MARK: - Events

    func receive(_ request: IncomingRequest, key: APIKey) {
        switch self.interceptor?.decide(key) ?? .pass {
        case .pass:
            self.take(.request(request))
        case .answer(let response):
            self.reply(request.id, response)
        case .drop:
            break  // never answered; what follows on the connection waits behind it
        case .close:
            self.connections[request.id.connection]?.close()
        case .hold(let delay):
            self.loop.scheduleTask(in: TimeAmount(delay)) { [self] in
                self.take(.request(request))
                self.endTurn()
            }
        }
    }

    func zookeeper(_ event: ZooKeeperEvent) {
        self.take(.zookeeper(event))
        self.endTurn()
    }

    func peerAnswered(_ broker: Int32, _ token: PeerToken, _ response: KafkaResponse) {
        self.take(.peerReply(from: broker, token, response))
    }

    func peerFailed(_ broker: Int32, _ token: PeerToken) {
        self.take(.peerFailed(broker, token))
    }

    private func take(_ event: BrokerEvent) {
        self.events.append(event)
        guard !self.isWorking else { return }
        self.isWorking = true
        defer { self.isWorking = false }
        while let event = self.events.popFirst() {
            // The events of log operations come before any other.
            var logEvents = Deque<LogAnswer>()
            for effect in self.machine.handle(event, now: Self.now()) { self.perform(effect, &logEvents) }
            while let event = logEvents.popFirst() {
                for effect in self.machine.handle(.log(event), now: Self.now()) { self.perform(effect, &logEvents) }
            }
        }
    }

    private func perform(_ effect: BrokerEffect, _ logEvents: inout Deque<LogAnswer>) {
        switch effect {
        case .reply(let id, let response):
            self.reply(id, response)
        case .noReply(let id):
            self.connections[id.connection]?.answerNothing(id)
        case .closeConnection(let number):
            self.connections[number]?.close()
        case .send(let broker, let token, let request):
            self.peer(broker, isFetch: token.isFetch).send(token, request)
        case .zookeeper(let request, let purpose):
            self.session?.send(request, purpose)
        case .closeSession:
            self.session?.close()
        case .log(let request):
            self.logs.perform(request) { logEvents.append($0) }
        case .setTimer(let timer, let instant):
            self.set(timer, at: instant)
        case .serve:
            self.observer.serve()
        case .ready:
            self.observer.ready()
        case .note(let text):
            self.logger.info("\(text)")
        case .reached(let probe):
            self.logger.debug("\(probe.rawValue)")
        case .stopped:
            self.observer.stopped()
        }
    }

    private func reply(_ id: RequestID, _ response: KafkaResponse) {
        guard let connection = self.connections[id.connection] else { return }
        do {
            try connection.answer(id, response)
        } catch {
            self.logger.error("an answer can't be written: \(error)")
            connection.close()
        }
    }

    private func set(_ timer: BrokerTimer, at instant: Instant) {
        self.timers[timer]?.cancel()
        let deadline = NIODeadline.uptimeNanoseconds(UInt64(max(instant.nanoseconds, 0)))
        self.timers[timer] = self.loop.scheduleTask(deadline: deadline) { [self] in
            self.timers[timer] = nil
            self.take(.timer(timer))
            self.endTurn()
        }
    }

    // MARK: - Connections

    func takeConnectionNumber() -> UInt64 {
        defer { self.nextConnection += 1 }
        return self.nextConnection
    }

    func opened(_ connection: ConnectionHandler) {
        self.connections[connection.number] = connection
    }

    func closed(_ connection: ConnectionHandler) {
        self.connections[connection.number] = nil
        self.take(.connectionClosed(connection.number))
        self.endTurn()
    }

    func mustFlush(_ connection: ConnectionHandler) {
        self.dirtyConnections.append(connection)
    }

    func mustFlush(_ peer: PeerConnection) {
        self.dirtyPeers.append(peer)
    }

    /// A turn is over: what was written leaves.
    func endTurn() {
        guard !self.isWorking else { return }
        for peer in self.dirtyPeers { peer.flush() }
        self.dirtyPeers.removeAll(keepingCapacity: true)
        for connection in self.dirtyConnections { connection.flush() }
        self.dirtyConnections.removeAll(keepingCapacity: true)
    }

    private func peer(_ broker: BrokerRegistration, isFetch: Bool) -> PeerConnection {
        let key = PeerConnection.Key(broker: broker.id, host: broker.host, port: broker.port, isFetch: isFetch)
        if let peer = self.peers[key] { return peer }
        // A broker that came back elsewhere is another peer; the connection to where it was is of no use.
        for old in self.peers.keys.filter({ $0.broker == broker.id && $0.isFetch == isFetch }) {
            self.peers.removeValue(forKey: old)?.fail()
        }
        let peer = PeerConnection(key: key, node: self)
        self.peers[key] = peer
        return peer
    }

    private func checkPeers() {
        let now = NIODeadline.now()
        for peer in self.peers.values where peer.isOverdue(now: now) { peer.fail() }
        self.endTurn()
    }

    func note(_ text: String) {
        self.logger.info("\(text)")
    }
}
