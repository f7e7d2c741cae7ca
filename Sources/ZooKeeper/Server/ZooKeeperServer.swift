// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import FileStorage
import Glibc
import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import ZooKeeperEnsemble
import ZooKeeperLog
import ZooKeeperProtocol

/// A ZooKeeper server: alone, or a member of an ensemble.
///
/// It speaks ZooKeeper's own protocol to clients and one of its own to other members. On a graceful shutdown it hands
/// over what it leads before it closes its clients' connections, so that they find a working ensemble at once.
public struct ZooKeeperServer: Service {
    private let configuration: Configuration
    private let onListening: @Sendable (_ clientPort: Int) -> Void

    /// A server of that configuration; nothing happens before ``run()``.
    /// - Parameter onListening: called with the client port once clients can connect.
    public init(
        configuration: Configuration,
        onListening: @escaping @Sendable (_ clientPort: Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.onListening = onListening
    }

    /// Runs until a graceful shutdown or cancellation.
    /// - Throws: what kept it from starting (data that is damaged, a port in use), or a failing disk.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Void, any Error>
        do {
            result = .success(try await self.run(on: group.next()))
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        try result.get()
    }

    private func run(on eventLoop: any EventLoop) async throws {
        let logger = self.configuration.logger
        if !self.configuration.optionsWithoutEffect.isEmpty {
            logger.notice("without effect here: \(self.configuration.optionsWithoutEffect.joined(separator: ", "))")
        }
        let (member, disk) = try self.recover()
        let resigned = eventLoop.makePromise(of: Void.self)
        let shell = MemberShell(
            member: member,
            eventLoop: eventLoop,
            logger: logger,
            interceptor: self.configuration.interceptor,
            whenResigned: resigned
        )
        let diskQueue = DiskQueue(
            disk: disk,
            whenDurable: { shell.becameDurable($0) },
            whenFailed: { shell.fail($0) }
        )
        let mesh = PeerMesh(
            configuration: self.configuration,
            shell: shell,
            nonce: UInt64.random(in: .min ... .max)
        )
        var listeners: [any Channel] = []
        do {
            if self.configuration.peers.count > 1 {
                for port in Set([self.configuration.serverPort, self.configuration.electionPort]) {
                    listeners.append(try await self.listenToPeers(port, mesh: mesh, shell: shell))
                }
            }
            let clients = try await self.listenToClients(shell)
            listeners.append(clients)
            try await eventLoop.submit {
                shell.start(disk: diskQueue)
                mesh.start()
            }.get()
            self.onListening(clients.localAddress?.port ?? self.configuration.clientPort)
        } catch {
            resigned.succeed(())
            for listener in listeners { try? await listener.close() }
            diskQueue.close()
            throw error
        }
        let open = listeners
        let outcome = await self.waitForEnd(resigned.futureResult, shell: shell, listeners: open)
        try await eventLoop.submit {
            mesh.stop()
            shell.stop()
        }.get()
        for listener in open { try? await listener.close() }
        diskQueue.close()
        try outcome.get()
    }

    private func waitForEnd(
        _ resigned: EventLoopFuture<Void>,
        shell: MemberShell,
        listeners: [any Channel]
    ) async -> Result<Void, any Error> {
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                do {
                    return .success(try await resigned.get())
                } catch {
                    return .failure(error)
                }
            } onGracefulShutdown: {
                self.configuration.logger.info("handing over and stopping")
                shell.resign()
            }
        } onCancel: {
            shell.eventLoop.execute { shell.stop() }
        }
    }

    /// Reads what the member has on its disk.
    private func recover() throws -> (Member, MemberDisk) {
        let data = try FileStorage(root: self.configuration.dataDirectory + "/version-2")
        let logDirectory = self.configuration.dataLogDirectory ?? self.configuration.dataDirectory
        let log = try FileStorage(root: logDirectory + "/version-2")
        let (disk, found) = try MemberDisk.open(
            data: data,
            log: log,
            snapshotsRetained: self.configuration.snapshotsRetained
        )
        let recovered = try Member.Recovered(
            snapshot: found.snapshot?.chunks,
            log: found.log.records.map { ($0.zxid, $0.payload) },
            committed: found.log.committed,
            epoch: found.log.vote.epoch,
            candidate: found.log.vote.candidate,
            isComplete: found.log.isComplete
        )
        if !found.log.isComplete {
            self.configuration.logger.error(
                "somebody has cut the transaction log; this member takes part again once it has caught up with a leader"
            )
        }
        if found.log.wasTorn { self.configuration.logger.notice("cut off what a crash had left half written") }
        let now = MemberShell.now()
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let wallClockMs = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        let member = Member(
            configuration: self.configuration.member(wallClockAtZeroMs: wallClockMs - now.nanoseconds / 1_000_000),
            recovered: recovered,
            random: SeededGenerator(seed: UInt64.random(in: .min ... .max)),
            now: now
        )
        return (member, disk)
    }

    private func listenToClients(_ shell: MemberShell) async throws -> any Channel {
        let configuration = self.configuration
        let words = FourLetterAnswers(configuration: configuration)
        let census = ConnectionCensus(perAddressMax: configuration.maxClientConnections)
        return try await ServerBootstrap(group: shell.eventLoop)
            .serverChannelOption(ChannelOptions.backlog, value: 256)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try census.admit(channel)
                    let handler = ClientHandler(
                        shell: shell,
                        words: words,
                        frameBytesMax: configuration.clientFrameBytesMax
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: configuration.bindAddress, port: configuration.clientPort).get()
    }

    private func listenToPeers(_ port: Int, mesh: PeerMesh, shell: MemberShell) async throws -> any Channel {
        try await ServerBootstrap(group: shell.eventLoop)
            .serverChannelOption(ChannelOptions.backlog, value: 64)
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let link = PeerLink(mesh: mesh, shell: shell, dialled: nil)
                    try channel.pipeline.syncOperations.addHandler(link)
                }
            }
            .bind(host: self.configuration.bindAddress, port: port).get()
    }
}

extension ZooKeeperServer.Configuration {
    fileprivate func member(wallClockAtZeroMs: Int64) -> MemberConfiguration {
        let members = self.peers.isEmpty ? [self.id] : self.peers.map(\.id)
        var member = MemberConfiguration(
            id: MemberID(rawValue: self.id),
            members: members.map(MemberID.init(rawValue:))
        )
        member.minSessionTimeoutMs = Int32(clamping: self.minSessionTimeoutMs ?? 2 * self.tickTimeMs)
        member.maxSessionTimeoutMs = Int32(clamping: self.maxSessionTimeoutMs ?? 20 * self.tickTimeMs)
        member.snapshotInterval = self.snapshotInterval
        member.wallClockAtZeroMs = wallClockAtZeroMs
        return member
    }
}
