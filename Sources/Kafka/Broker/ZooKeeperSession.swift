// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import NIOCore
import ZooKeeperClient

/// The broker's ZooKeeper session: performs the machine's requests and tells it what happens; a new one follows when one
/// has expired. Runs on the broker's loop.
final class ZooKeeperSession: @unchecked Sendable {  // protected by the loop
    private let configuration: ZooKeeperClient.Configuration
    private let loop: any EventLoop
    private let events: @Sendable (ZooKeeperEvent) -> Void
    private let failed: @Sendable (any Error) -> Void
    private var client: ZooKeeperClient?
    /// Grows with each client, so that a late word of an earlier one is told apart.
    private var generation = 0
    private var isClosed = false
    private let closedPromise: EventLoopPromise<Void>

    /// - Parameters:
    ///   - events: called on the loop.
    ///   - failed: called on the loop when no session can be had at all, such as for a malformed list of servers.
    init(
        configuration: ZooKeeperClient.Configuration,
        loop: any EventLoop,
        events: @escaping @Sendable (ZooKeeperEvent) -> Void,
        failed: @escaping @Sendable (any Error) -> Void
    ) {
        self.configuration = configuration
        self.loop = loop
        self.events = events
        self.failed = failed
        self.closedPromise = loop.makePromise()
    }

    /// Completes when the session has ended at the server (or the library gave up telling it).
    var closed: EventLoopFuture<Void> { self.closedPromise.futureResult }

    func start() {
        self.generation += 1
        let generation = self.generation
        do {
            self.client = try ZooKeeperClient(configuration: self.configuration) { event in
                self.loop.execute { self.happened(event, generation: generation) }
            }
        } catch {
            self.failed(error)
        }
    }

    private func happened(_ event: SessionEvent, generation: Int) {
        guard generation == self.generation, !self.isClosed else { return }
        switch event {
        case .connected(let sessionID): self.events(.connected(sessionID: sessionID))
        case .disconnected: self.events(.disconnected)
        case .expired, .authenticationFailed:
            let old = self.client
            self.client = nil
            old?.close {}
            self.events(.expired)
            self.start()
        case .closed: break
        }
    }

    func send(_ request: ZooKeeperRequest, _ purpose: ZooKeeperPurpose) {
        let generation = self.generation
        let answer: @Sendable (ZooKeeperReply) -> Void = { reply in
            self.loop.execute {
                guard generation == self.generation, !self.isClosed else { return }
                self.events(.reply(purpose, reply))
            }
        }
        guard let client = self.client else {
            answer(.failure(.sessionExpired))
            return
        }
        var watch: (@Sendable (WatchEvent) -> Void)?
        if request.isWatching {
            let path = request.path
            watch = { event in
                guard event.kind != .sessionEnded else { return }
                self.loop.execute {
                    guard generation == self.generation, !self.isClosed else { return }
                    self.events(.changed(path: path))
                }
            }
        }
        client.submit(ZooKeeperClient.Request(request), watch: watch) { result in
            switch result {
            case .success(let reply): answer(ZooKeeperReply(reply))
            case .failure(let error): answer(.failure(ZooKeeperFailure(error)))
            }
        }
    }

    /// Ends the session, and with it the broker's registration.
    func close() {
        guard !self.isClosed else { return }
        self.isClosed = true
        let promise = self.closedPromise
        guard let client = self.client else {
            promise.succeed()
            return
        }
        client.close { promise.succeed() }
    }
}

extension ZooKeeperRequest {
    fileprivate var isWatching: Bool {
        switch self {
        case .get(_, let watch), .exists(_, let watch), .children(_, let watch): watch
        case .create, .set, .delete, .multi: false
        }
    }
}

extension ZooKeeperClient.Request {
    fileprivate init(_ request: ZooKeeperRequest) {
        switch request {
        case .create(let path, let data, let ephemeral):
            self = .create(path: path, data: ByteBuffer(string: data), mode: ephemeral ? .ephemeral : .persistent)
        case .set(let path, let data, let version):
            self = .set(path: path, data: ByteBuffer(string: data), version: version)
        case .delete(let path, let version):
            self = .delete(path: path, version: version)
        case .get(let path, _):
            self = .get(path: path)
        case .exists(let path, _):
            self = .exists(path: path)
        case .children(let path, _):
            self = .children(path: path)
        case .multi(let writes):
            self = .multi(writes.map { MultiOperation($0) })
        }
    }
}

extension MultiOperation {
    fileprivate init(_ write: ZooKeeperRequest.Write) {
        switch write {
        case .create(let path, let data, let ephemeral):
            self = .create(path: path, data: ByteBuffer(string: data), mode: ephemeral ? .ephemeral : .persistent)
        case .set(let path, let data, let version):
            self = .set(path: path, data: ByteBuffer(string: data), version: version)
        case .delete(let path, let version):
            self = .delete(path: path, version: version)
        case .check(let path, let version):
            self = .check(path: path, version: version)
        }
    }
}

extension ZooKeeperStat {
    fileprivate init(_ stat: NodeStat) {
        self.init(czxid: stat.czxid, mzxid: stat.mzxid, version: stat.version, ephemeralOwner: stat.ephemeralOwner)
    }
}

extension ZooKeeperReply {
    fileprivate init(_ reply: ZooKeeperClient.Reply) {
        switch reply {
        case .created, .deleted, .synced, .multi: self = .done
        case .exists(let stat): self = stat.map { .stat(ZooKeeperStat($0)) } ?? .failure(.noNode)
        case .data(let data, let stat): self = .data(String(buffer: data), ZooKeeperStat(stat))
        case .set(let stat): self = .stat(ZooKeeperStat(stat))
        case .children(let names, _): self = .children(names)
        }
    }
}

extension ZooKeeperFailure {
    fileprivate init(_ error: ZooKeeperError) {
        switch error.code {
        case .noNode: self = .noNode
        case .nodeExists: self = .nodeExists
        case .badVersion: self = .badVersion
        case .notEmpty: self = .notEmpty
        case .connectionLoss, .operationTimeout: self = .connectionLoss
        case .sessionExpired, .closing, .invalidState: self = .sessionExpired
        default: self = .other(error.code.rawValue)
        }
    }
}
