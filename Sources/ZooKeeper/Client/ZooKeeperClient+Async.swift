// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

extension ZooKeeperClient {
    /// Makes a client and waits until it is connected.
    ///
    /// - Parameters:
    ///   - configuration: How to reach the ensemble.
    ///   - timeout: How long to try.
    ///   - onSessionEvent: Told what happens to the session, this first connection included.
    /// - Throws: ``ZooKeeperError`` with the code `operationTimeout` when no server could be reached in that time.
    public static func connect(
        _ configuration: Configuration,
        timeout: Duration = .seconds(30),
        onSessionEvent: @escaping @Sendable (SessionEvent) -> Void = { _ in }
    ) async throws -> ZooKeeperClient {
        let (events, source) = AsyncStream.makeStream(of: SessionEvent.self)
        let client = try ZooKeeperClient(configuration: configuration) { event in
            source.yield(event)
            onSessionEvent(event)
        }
        let connected = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await event in events {
                    switch event {
                    case .connected: return true
                    case .expired, .authenticationFailed, .closed: return false
                    case .disconnected: continue
                    }
                }
                return false
            }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return false }  // a limit, not a synchronisation
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        source.finish()
        guard connected else {
            await client.close()
            try Task.checkCancellation()
            throw ZooKeeperError(code: .operationTimeout, operation: "connect", path: configuration.servers)
        }
        return client
    }

    /// Sends a request and waits for its reply.
    ///
    /// Cancelling the task does not take the request back: it ends with its reply or with the connection.
    public func send(
        _ request: Request,
        watch: (@Sendable (WatchEvent) -> Void)? = nil
    ) async throws(ZooKeeperError) -> Reply {
        let result = await withCheckedContinuation { continuation in
            self.submit(request, watch: watch) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Creates a node.
    /// - Returns: Its path, with the number that the server appended to a sequential node.
    public func create(
        _ path: String,
        _ data: ByteBuffer = ByteBuffer(),
        mode: CreateMode = .persistent
    ) async throws(ZooKeeperError) -> String {
        guard case .created(let path, _) = try await self.send(.create(path: path, data: data, mode: mode)) else {
            throw self.unexpected("create", path)
        }
        return path
    }

    /// A node's data and stat.
    public func get(
        _ path: String,
        watch: (@Sendable (WatchEvent) -> Void)? = nil
    ) async throws(ZooKeeperError) -> (data: ByteBuffer, stat: NodeStat) {
        guard case .data(let data, let stat) = try await self.send(.get(path: path), watch: watch) else {
            throw self.unexpected("get", path)
        }
        return (data, stat)
    }

    /// Sets a node's data if it has that version (-1: any).
    @discardableResult
    public func set(_ path: String, _ data: ByteBuffer, version: Int32 = -1) async throws(ZooKeeperError) -> NodeStat {
        guard case .set(let stat) = try await self.send(.set(path: path, data: data, version: version)) else {
            throw self.unexpected("set", path)
        }
        return stat
    }

    /// Deletes a node if it has that version (-1: any).
    public func delete(_ path: String, version: Int32 = -1) async throws(ZooKeeperError) {
        _ = try await self.send(.delete(path: path, version: version))
    }

    /// A node's stat, or nil when it does not exist.
    public func exists(
        _ path: String,
        watch: (@Sendable (WatchEvent) -> Void)? = nil
    ) async throws(ZooKeeperError) -> NodeStat? {
        guard case .exists(let stat) = try await self.send(.exists(path: path), watch: watch) else {
            throw self.unexpected("exists", path)
        }
        return stat
    }

    /// The names of a node's children, sorted.
    public func children(
        _ path: String,
        watch: (@Sendable (WatchEvent) -> Void)? = nil
    ) async throws(ZooKeeperError) -> [String] {
        guard case .children(let names, _) = try await self.send(.children(path: path), watch: watch) else {
            throw self.unexpected("children", path)
        }
        return names
    }

    /// Lets the connected server catch up with the leader.
    public func sync(_ path: String = "/") async throws(ZooKeeperError) {
        _ = try await self.send(.sync(path: path))
    }

    /// Performs all of these operations or none.
    @discardableResult
    public func multi(_ operations: [MultiOperation]) async throws(ZooKeeperError) -> [MultiResult] {
        guard case .multi(let results) = try await self.send(.multi(operations)) else {
            throw self.unexpected("multi", "")
        }
        return results
    }

    private func unexpected(_ operation: String, _ path: String) -> ZooKeeperError {
        ZooKeeperError(code: ZooKeeperError.Code(rawValue: -2), operation: operation, path: path)
    }
}
