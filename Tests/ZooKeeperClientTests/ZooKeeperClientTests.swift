// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NameResolution
import Synchronization
import Testing
import ZooKeeperClient

/// The client against a real server (Debian's package, skipped where it is absent).
@Suite(.enabled(if: ZooKeeperServerProcess.isInstalled), .timeLimit(.minutes(1)))
struct ZooKeeperClientTests {
    @Test func requestsWatchesAndSessions() async throws {
        let server = try ZooKeeperServerProcess()
        defer { server.stop() }
        let (sessions, sessionSource) = AsyncStream.makeStream(of: SessionEvent.self)
        var session = sessions.makeAsyncIterator()
        let resolver = Resolver(server: nil, hosts: ["zk-0.zk-hs": "127.0.0.1"])
        let configuration = ZooKeeperClient.Configuration(
            servers: "zk-0.zk-hs:\(server.port)",
            sessionTimeoutMs: 2000,
            resolver: resolver
        )
        let client = try await ZooKeeperClient.connect(configuration) { sessionSource.yield($0) }
        var first = await session.next()
        while first == .disconnected { first = await session.next() }  // attempts before the server listened
        #expect(first == .connected(sessionID: client.sessionID))
        #expect(client.sessionID != 0)
        #expect(client.grantedSessionTimeoutMs == 2000)

        try await self.nodes(client)
        try await self.multi(client)
        try await self.watches(client)

        // The same session goes on after a restart of the server, and its ephemeral nodes with it.
        _ = try await client.create("/mine", mode: .ephemeral)
        try server.restart()
        #expect(await session.next() == .disconnected)
        var event = await session.next()
        while event == .disconnected { event = await session.next() }
        #expect(event == .connected(sessionID: client.sessionID))
        #expect(try await client.exists("/mine")?.ephemeralOwner == client.sessionID)

        // Another client takes the session over and ends it; this one is told, and so are its watches.
        let (watches, watchSource) = AsyncStream.makeStream(of: WatchEvent.self)
        _ = try await client.exists("/never") { watchSource.yield($0) }
        var same = configuration
        same.session = client.session
        let other = try await ZooKeeperClient.connect(same)
        #expect(other.sessionID == client.sessionID)
        await other.close()
        event = await session.next()
        while event == .disconnected { event = await session.next() }
        #expect(event == .expired)
        var watch = watches.makeAsyncIterator()
        #expect(await watch.next() == WatchEvent(kind: .sessionEnded, path: "/never"))
        await #expect(throws: ZooKeeperError(code: .sessionExpired, operation: "get", path: "/")) {
            try await client.get("/")
        }
        await client.close()
        #expect(await session.next() == .closed)
        await client.close()
    }

    private func nodes(_ client: ZooKeeperClient) async throws {
        #expect(try await client.create("/a", ByteBuffer(string: "one")) == "/a")
        let (data, stat) = try await client.get("/a")
        #expect(data == ByteBuffer(string: "one"))
        #expect(stat.version == 0)
        #expect(stat.ephemeralOwner == 0)
        #expect(try await client.set("/a", ByteBuffer(string: "two"), version: 0).version == 1)
        await #expect(throws: ZooKeeperError(code: .badVersion, operation: "set", path: "/a")) {
            try await client.set("/a", ByteBuffer(string: "three"), version: 0)
        }
        await #expect(throws: ZooKeeperError(code: .nodeExists, operation: "create", path: "/a")) {
            _ = try await client.create("/a")
        }
        await #expect(throws: ZooKeeperError(code: .noNode, operation: "get", path: "/b")) {
            _ = try await client.get("/b")
        }
        #expect(try await client.exists("/b") == nil)
        #expect(try await client.create("/a/n-", mode: .persistentSequential) == "/a/n-0000000000")
        #expect(try await client.create("/a/n-", mode: .ephemeralSequential) == "/a/n-0000000001")
        #expect(try await client.children("/a") == ["n-0000000000", "n-0000000001"])
        await #expect(throws: ZooKeeperError(code: .notEmpty, operation: "delete", path: "/a")) {
            try await client.delete("/a")
        }
        try await client.delete("/a/n-0000000001")
        try await client.sync()
        guard
            case .created(let path, let created?) = try await client.send(
                .create2(path: "/c", data: ByteBuffer(), mode: .ephemeral)
            )
        else {
            Issue.record("create2 gave no stat")
            return
        }
        #expect(path == "/c")
        #expect(created.ephemeralOwner == client.sessionID)
        #expect(created.czxid > stat.czxid)
    }

    private func multi(_ client: ZooKeeperClient) async throws {
        let results = try await client.multi([
            .check(path: "/a", version: 1),
            .create(path: "/a/m-", data: ByteBuffer(string: "x"), mode: .persistentSequential),
            .set(path: "/a", data: ByteBuffer(string: "multi"), version: 1),
            .delete(path: "/a/n-0000000000", version: -1),
        ])
        #expect(results.count == 4)
        #expect(results[0] == .checked)
        #expect(results[1] == .created(path: "/a/m-0000000002"))
        if case .set(let stat) = results[2] { #expect(stat.version == 2) } else { Issue.record("\(results[2])") }
        #expect(results[3] == .deleted)
        await #expect(
            throws: ZooKeeperError(code: .badVersion, operation: "multi", path: "/a/x /a", failedIndex: 1)
        ) {
            try await client.multi([
                .create(path: "/a/x", data: ByteBuffer(), mode: .persistent), .check(path: "/a", version: 7),
            ])
        }
        #expect(try await client.exists("/a/x") == nil)
    }

    private func watches(_ client: ZooKeeperClient) async throws {
        let (stream, source) = AsyncStream.makeStream(of: WatchEvent.self)
        var events = stream.makeAsyncIterator()
        _ = try await client.exists("/w") { source.yield($0) }
        _ = try await client.create("/w")
        #expect(await events.next() == WatchEvent(kind: .created, path: "/w"))
        _ = try await client.get("/w") { source.yield($0) }
        try await client.set("/w", ByteBuffer(string: "1"))
        try await client.set("/w", ByteBuffer(string: "2"))  // fires nothing: a watch fires once
        #expect(await events.next() == WatchEvent(kind: .changed, path: "/w"))
        _ = try await client.children("/w") { source.yield($0) }
        _ = try await client.create("/w/child")
        #expect(await events.next() == WatchEvent(kind: .children, path: "/w"))
        try await client.delete("/w/child")
        _ = try await client.get("/w") { source.yield($0) }
        try await client.delete("/w")
        #expect(await events.next() == WatchEvent(kind: .deleted, path: "/w"))
        await #expect(throws: ZooKeeperError.self) { _ = try await client.get("/w") { source.yield($0) } }
    }

    @Test func givesUpWhenNobodyAnswers() async throws {
        let configuration = ZooKeeperClient.Configuration(servers: "127.0.0.1:1", resolver: Resolver(server: nil))
        await #expect(throws: ZooKeeperError(code: .operationTimeout, operation: "connect", path: "127.0.0.1:1")) {
            _ = try await ZooKeeperClient.connect(configuration, timeout: .milliseconds(100))
        }
    }

    @Test(arguments: ["", "a:b", "a:0", "a:1:2", ":2181", "/chroot"])
    func refusesMalformedServers(_ servers: String) {
        let configuration = ZooKeeperClient.Configuration(servers: servers, resolver: Resolver(server: nil))
        #expect(throws: ZooKeeperError(code: .badArguments, operation: "connect", path: servers)) {
            _ = try ZooKeeperClient(configuration: configuration) { _ in }
        }
    }
}
