// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import Foundation
import Logging
import NIOCore
import Testing
import ZooKeeperProtocol
import ZooKeeperServer

@Suite struct ZooKeeperServerTests {
    @Test func aServerAloneServesClientsAndKeepsWhatItAcknowledged() async throws {
        try await self.withDirectory { directory in
            for round in 1...2 {
                try await self.withServers([self.alone(in: directory)]) { ports in
                    let client = try await TestClient.connect("127.0.0.1", port: ports[0])
                    #expect(try await client.open())
                    if round == 1 {
                        let create = CreateRequest(path: "/kept", data: ByteBuffer(string: "x"))
                        #expect(try await client.ask(.create(create)).error == .ok)
                        #expect(try await client.ask(.create(create)).error == .nodeExists)
                    }
                    #expect(try await client.ask(.getData(path: "/kept", watch: true)).error == .ok)
                    var set = try await client.ask(.setData(path: "/kept", data: ByteBuffer(string: "y"), version: -1))
                    #expect(try Stat(from: &set.body).version == Int32(round))
                    #expect(client.events.map(\.path) == ["/kept"])
                    #expect(try await client.ask(.closeSession).error == .ok)
                    await client.waitForClose()
                }
            }
        }
    }

    @Test func rubbishClosesItsConnectionAndNothingElse() async throws {
        try await self.withDirectory { directory in
            try await self.withServers([self.alone(in: directory)]) { ports in
                let good = try await TestClient.connect("127.0.0.1", port: ports[0])
                #expect(try await good.open())
                for bytes: [UInt8] in [
                    Array("GET / HTTP/1.1\r\n\r\n".utf8), [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 3, 1, 2, 3],
                    [0, 0, 0, 0], [0x7f, 0xff, 0xff, 0xff, 0],
                ] {
                    let bad = try await TestClient.connect("127.0.0.1", port: ports[0])
                    try await bad.send(raw: bytes)
                    await bad.waitForClose()
                }
                #expect(try await good.ask(.unknown(OpCode(rawValue: 77))).error == .unimplemented)
                #expect(try await good.ask(.exists(path: "/", watch: false)).error == .ok)
                let port = ports[0]
                let words = await Task.detached {
                    ["ruok", "srvr", "mntr", "stat", "conf", "isro", "cons"].map {
                        ZooKeeperProbe.ask($0, port: port, address: "127.0.0.1") ?? ""
                    }
                }.value
                #expect(words[0] == "imok" && words[1].contains("Mode: standalone"))
                #expect(words[2].contains("zk_znode_count\t4\n") && words.allSatisfy { !$0.isEmpty })
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func anInterceptorDecidesByKind() async throws {
        try await self.withDirectory { directory in
            var configuration = self.alone(in: directory)
            configuration.interceptor = RequestInterceptor { kind in
                switch kind {
                case .getACL: .answer(.init(error: .noAuth))
                case .getChildren: .answer(.init(body: .children(["made", "up"])))
                case .create: .hold(.milliseconds(1))
                case .delete: .drop
                case .setData: .close
                default: .pass
                }
            }
            try await self.withServers([configuration]) { ports in
                let client = try await TestClient.connect("127.0.0.1", port: ports[0])
                #expect(try await client.open())
                #expect(try await client.ask(.getACL(path: "/")).error == .noAuth)
                var children = try await client.ask(.getChildren(path: "/", watch: false, withStat: false))
                #expect(try children.body.readJute(Int32.self) == 2)
                #expect(try await client.ask(.create(CreateRequest(path: "/held"))).error == .ok)
                try await client.tell(.delete(path: "/held", version: -1))
                #expect(try await client.ask(.exists(path: "/held", watch: false)).error == .ok)
                await #expect(throws: TestClient.Closed.self) {
                    try await client.ask(.setData(path: "/held", data: ByteBuffer(), version: -1))
                }
                let other = try await TestClient.connect("127.0.0.1", port: ports[0])
                #expect(try await other.open())
                let stat = try await other.ask(.exists(path: "/held", watch: false))
                #expect(stat.error == .ok)
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func anEnsembleGoesOnWithoutItsLeader() async throws {
        try await self.withDirectory { directory in
            let members = (1...3).map { self.member(UInt8($0), of: 3, in: directory) }
            try await self.withServers(members) { _ in
                let first = try await self.client(at: 1)
                #expect(try await first.ask(.create(CreateRequest(path: "/n", flags: .ephemeral))).error == .ok)
                for id in 2...3 {
                    let other = try await self.client(at: id)
                    #expect(try await other.ask(.sync(path: "/")).error == .ok)
                    #expect(try await other.ask(.getData(path: "/n", watch: false)).error == .ok)
                    try await other.close()
                }
                // The session moves to another member, with its ephemeral node.
                let (session, password) = (first.session, first.password)
                try await first.close()
                let moved = try await TestClient.connect(self.address(2), port: 2181)
                #expect(try await moved.open(session: session, password: password))
                #expect(try await moved.ask(.getEphemerals(prefix: "/")).body.readableBytes == 10)
                let wrong = try await TestClient.connect(self.address(3), port: 2181)
                #expect(try await wrong.open(session: session, password: ByteBuffer(string: "guess")) == false)
            }
        }
    }

    // MARK: - Set-up

    private func alone(in directory: String) -> ZooKeeperServer.Configuration {
        var configuration = ZooKeeperServer.Configuration(dataDirectory: directory)
        configuration.clientPort = 0
        configuration.logger.logLevel = .error
        return configuration
    }

    private func address(_ id: Int) -> String { "127.83.0.\(id)" }

    private func member(_ id: UInt8, of count: Int, in directory: String) -> ZooKeeperServer.Configuration {
        var configuration = ZooKeeperServer.Configuration(dataDirectory: "\(directory)/\(id)")
        configuration.id = id
        configuration.bindAddress = self.address(Int(id))
        configuration.peers = (1...count).map { .init(id: UInt8($0), host: self.address($0), serverPort: 2888) }
        configuration.peers.append(.init(id: 9, host: "nowhere.invalid", serverPort: 2888))
        configuration.logger.logLevel = .error
        return configuration
    }

    private func client(at id: Int) async throws -> TestClient {
        while true {
            let client = try await TestClient.connect(self.address(id), port: 2181)
            do {
                if try await client.open() { return client }
            } catch is TestClient.Closed {
                continue  // not serving yet
            }
        }
    }

    /// Runs servers while the body does, and stops them.
    private func withServers(
        _ configurations: [ZooKeeperServer.Configuration],
        _ body: @Sendable @escaping ([Int]) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for configuration in configurations {
                group.addTask {
                    try await ZooKeeperServer(configuration: configuration) { continuation.yield($0) }.run()
                }
            }
            var listening: [Int] = []
            for await port in ports {
                listening.append(port)
                if listening.count == configurations.count { break }
            }
            try await body(listening)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("seatrial-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }
}
