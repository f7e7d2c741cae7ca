// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import CZooKeeper
public import NameResolution
import Synchronization

/// A session with a ZooKeeper ensemble, over libzookeeper_mt.
///
/// One client is one session. After ``SessionEvent/expired`` it is of no further use: make a new one. Requests come in
/// two forms: ``submit(_:watch:completion:)`` calls back in response order on a thread of the library's, for state
/// machines that want one queue of events; the `async` methods are for everybody else. ``close()`` must be called.
///
/// Names of servers go through the `Resolver`, at the start and again whenever the connection is lost, so that an
/// ensemble whose pods got new addresses is found again.
public final class ZooKeeperClient: Sendable {
    /// A session's name and the proof that it is ours.
    public struct Session: Hashable, Sendable {
        /// Its id.
        public var id: Int64
        /// 16 bytes that the server gave with it.
        public var password: [UInt8]
    }

    /// How to reach an ensemble.
    public struct Configuration: Sendable {
        /// `host[:port],host[:port][/chroot]`.
        public var servers: String
        /// The session timeout to ask for, in milliseconds; the server may grant another.
        public var sessionTimeoutMs: Int
        /// Who turns names into addresses.
        public var resolver: Resolver
        /// A session to go on with instead of a new one; where it has ended, the client's is over at once.
        public var session: Session?

        /// A configuration with a session timeout of 6 s.
        public init(servers: String, sessionTimeoutMs: Int = 6000, resolver: Resolver) {
            self.servers = servers
            self.sessionTimeoutMs = sessionTimeoutMs
            self.resolver = resolver
        }
    }

    /// libzookeeper's handle. `@unchecked Sendable`: the library guards it; `state` guards its lifetime, since it is used
    /// only under the lock and taken out of the state before it is closed.
    struct Handle: @unchecked Sendable {
        var pointer: OpaquePointer
    }

    struct State: Sendable {
        var handle: Handle?
        var sessionID: Int64 = 0
        var isConnected = false
        /// Expired, refused or closed: no request can succeed any more.
        var isOver = false
        var watches = WatchRegistry()
    }

    let configuration: Configuration
    let state = Mutex(State())
    private let servers: ServerList
    private let control = ControlThread()
    private let onSessionEvent: @Sendable (SessionEvent) -> Void

    /// Begins to connect and returns at once; what happens to the session is told to `onSessionEvent`.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the ensemble.
    ///   - onSessionEvent: Called in order on a thread of the client's; it must only hand over.
    /// - Throws: ``ZooKeeperError`` when the list of servers is malformed.
    public init(
        configuration: Configuration,
        onSessionEvent: @escaping @Sendable (SessionEvent) -> Void
    ) throws(ZooKeeperError) {
        self.configuration = configuration
        self.servers = try ServerList(parsing: configuration.servers)
        self.onSessionEvent = onSessionEvent
        ClientLog.prepare()
        self.control.start(name: "zookeeper-client") { [self] in self.run() }
    }

    /// The session's id, 0 before the first connection.
    public var sessionID: Int64 { self.state.withLock { $0.sessionID } }

    /// The session, for another client to go on with; nil before the first connection and after the end.
    public var session: Session? {
        self.state.withLock { state in
            guard state.sessionID != 0, let handle = state.handle, let client = zoo_client_id(handle.pointer) else {
                return nil
            }
            return Session(
                id: client.pointee.client_id,
                password: withUnsafeBytes(of: client.pointee.passwd) { Array($0) }
            )
        }
    }

    /// Whether a server is connected at present.
    public var isConnected: Bool { self.state.withLock { $0.isConnected } }

    /// The session timeout that the server granted, in milliseconds; 0 before the first connection.
    public var grantedSessionTimeoutMs: Int {
        self.state.withLock { state in
            guard let handle = state.handle, state.sessionID != 0 else { return 0 }
            return Int(zoo_recv_timeout(handle.pointer))
        }
    }

    /// Ends the session, so that its ephemeral nodes go at once, and calls back when that is done.
    public func close(completion: @escaping @Sendable () -> Void) {
        self.control.send(.stop(done: completion))
    }

    /// Ends the session, so that its ephemeral nodes go at once, and returns when that is done.
    public func close() async {
        await withCheckedContinuation { continuation in
            self.close { continuation.resume() }
        }
    }

    // MARK: - The control thread

    /// Holds `self` until it is closed, so that the handle's context pointer stays valid.
    private func run() {
        while true {
            let isLooking = self.openOrRefresh()
            switch self.control.next(within: isLooking ? Limits.resolveAgainAfter : nil) {
            case nil, .resolve:
                continue
            case .stop(let done):
                self.closeHandle()
                self.onSessionEvent(.closed)
                done()
                self.control.finish()
                return
            }
        }
    }

    /// Opens the handle when there is none, else gives it the servers' present addresses while it is not connected.
    /// - Returns: Whether a connection is still being looked for.
    private func openOrRefresh() -> Bool {
        guard self.state.withLock({ !$0.isConnected && !$0.isOver }) else { return false }
        guard let addresses = self.servers.connectString(resolver: self.configuration.resolver) else { return true }
        self.state.withLock { state in
            // Connected in the meantime: a new list could drop the connection.
            guard !state.isConnected, !state.isOver else { return }
            if let handle = state.handle {
                _ = zoo_set_servers(handle.pointer, addresses)
                return
            }
            // Under the lock, so that no event of the new handle is told before requests can use it.
            state.handle = self.open(addresses)
        }
        return true
    }

    private func open(_ addresses: String) -> Handle? {
        let session = self.configuration.session.map { session in
            var id = clientid_t()
            id.client_id = session.id
            withUnsafeMutableBytes(of: &id.passwd) { $0.copyBytes(from: session.password.prefix($0.count)) }
            return id
        }
        func open(_ session: UnsafePointer<clientid_t>?) -> OpaquePointer? {
            zookeeper_init2(
                addresses,
                Self.sessionWatcher,
                Int32(clamping: self.configuration.sessionTimeoutMs),
                session,
                Unmanaged.passUnretained(self).toOpaque(),
                ZOO_NO_LOG_CLIENTENV,
                ClientLog.callback
            )
        }
        let pointer = if let session { withUnsafePointer(to: session) { open($0) } } else { open(nil) }
        return pointer.map(Handle.init(pointer:))
    }

    private func closeHandle() {
        let handle = self.state.withLock { state in
            state.isOver = true
            state.isConnected = false
            return state.handle.take()
        }
        // Sends the end of the session, answers what is outstanding, and joins the library's threads. A connection that
        // is lost just now makes it fail; the server then ends the session when it times out.
        if let handle { _ = zookeeper_close(handle.pointer) }
        self.endWatches()
    }

    // MARK: - Events

    private static let sessionWatcher: watcher_fn = { handle, type, state, _, _ in
        guard type == ZOO_SESSION_EVENT, let context = zoo_get_context(handle) else { return }
        let client = Unmanaged<ZooKeeperClient>.fromOpaque(context).takeUnretainedValue()
        let id = zoo_client_id(handle)?.pointee.client_id ?? 0
        client.sessionChanged(state: state, sessionID: id)
    }

    private func sessionChanged(state newState: Int32, sessionID: Int64) {
        let event: SessionEvent? = self.state.withLock { state in
            guard !state.isOver else { return nil }
            switch newState {
            case ZOO_CONNECTED_STATE, ZOO_READONLY_STATE:
                state.isConnected = true
                state.sessionID = sessionID
                return .connected(sessionID: sessionID)
            case ZOO_EXPIRED_SESSION_STATE:
                state.isConnected = false
                state.isOver = true
                return .expired
            case ZOO_AUTH_FAILED_STATE:
                state.isConnected = false
                state.isOver = true
                return .authenticationFailed
            case _:  // connecting, associating, not connected
                state.isConnected = false
                return .disconnected
            }
        }
        guard let event else { return }
        self.onSessionEvent(event)
        switch event {
        case .disconnected: self.control.send(.resolve)
        case .expired, .authenticationFailed: self.endWatches()
        case .connected, .closed: break
        }
    }

    private func endWatches() {
        for watch in self.state.withLock({ $0.watches.removeAll() }) {
            watch.handler(WatchEvent(kind: .sessionEnded, path: watch.path))
        }
    }
}
