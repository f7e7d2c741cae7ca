// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import FileStorage
import Glibc
import KafkaCluster
import KafkaProtocol
import KafkaStore
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import ZooKeeperClient

/// A Kafka broker: registers in ZooKeeper, serves clients, and on a graceful shutdown hands everything over first.
public struct KafkaBroker: Service {
    private let configuration: BrokerConfiguration
    private let logger: Logger
    private let onServing: @Sendable (_ port: Int) -> Void

    /// A broker that runs with ``run()``.
    ///
    /// - Parameters:
    ///   - configuration: how it runs.
    ///   - logger: where it tells what happens.
    ///   - onServing: told the port once the broker is registered and answers.
    public init(
        configuration: BrokerConfiguration,
        logger: Logger,
        onServing: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onServing = onServing
    }

    /// Runs until a graceful shutdown has handed everything over, or the task is cancelled.
    /// - Throws: ``BrokerConfigurationError`` for an address that can't be had, `StorageError` or `LogError` for a disk
    ///   that can't be used.
    public func run() async throws {
        for remark in self.configuration.remarks { self.logger.notice("\(remark)") }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let end = loop.makePromise(of: Void.self)
        let outcome: Result<Void, any Error>
        do {
            let node = try await loop.submit { try self.begin(on: loop, end: end) }.get()
            await withTaskCancellationHandler {
                await withGracefulShutdownHandler {
                    do {
                        try await end.futureResult.get()
                    } catch {
                        self.logger.error("\(error)")
                    }
                } onGracefulShutdown: {
                    loop.execute { node.stop() }
                }
            } onCancel: {
                end.succeed()
            }
            outcome = await self.finish(node, on: loop, end.futureResult)
        } catch {
            end.succeed()
            outcome = .failure(error)
        }
        try await group.shutdownGracefully()
        try outcome.get()
    }

    private func begin(on loop: any EventLoop, end: EventLoopPromise<Void>) throws -> BrokerNode {
        let port = try ReservedPort(host: self.configuration.host, port: self.configuration.port)
        var settings = self.configuration.settings
        if settings.port == 0 { settings.port = Int32(port.port) }
        let now = BrokerNode.now()
        settings.wallClockMsAtZero = Self.wallClockMs() - now.nanoseconds / 1_000_000
        settings.clusterIDProposal = Self.randomClusterID()
        settings.seed = .random(in: .min ... .max)
        let storage = try FileStorage(root: self.configuration.dataDirectory)
        try Identity.check(settings.id, in: storage)
        let logs = try LogStore(storage: storage, topicDefaults: settings.topic, nowMs: Self.wallClockMs)
        let isLate = logs.states.count
        self.logger.info("broker \(settings.id) at \(settings.host):\(settings.port), \(isLate) logs on the disk")
        for remark in logs.remarks { self.logger.warning("\(remark)") }
        let listener = NIOLoopBoundBox<BrokerListener?>(nil, eventLoop: loop)
        let host = self.configuration.host
        let node = BrokerNode(
            loop: loop,
            settings: settings,
            logs: logs,
            addresses: AddressBook(resolver: self.configuration.resolver),
            interceptor: self.configuration.interceptor,
            logger: self.logger,
            observer: .init(
                serve: {
                    listener.value?.open()
                    self.onServing(port.port)
                },
                ready: {
                    self.logger.info("ready: in sync with everything since the start")
                    if !BrokerReadiness.announce(host: host, port: port.port) {
                        self.logger.error("the readiness probe's name is taken")
                    }
                },
                stopped: { end.succeed() }
            )
        )
        let requestBytesMax = self.configuration.requestBytesMax
        listener.value = BrokerListener(node: node, port: port, requestBytesMax: requestBytesMax, logger: self.logger)
        let session = ZooKeeperSession(
            configuration: .init(
                servers: self.configuration.zookeeperConnect,
                sessionTimeoutMs: self.configuration.zookeeperSessionTimeoutMs,
                resolver: self.configuration.resolver
            ),
            loop: loop,
            events: { node.zookeeper($0) },
            failed: { end.fail($0) }
        )
        try node.start(session: session)
        node.endTurn()
        return node
    }

    /// Lets the last answers leave, ends the session if that has not happened, and closes the logs.
    private func finish(
        _ node: BrokerNode,
        on loop: any EventLoop,
        _ end: EventLoopFuture<Void>
    ) async -> Result<Void, any Error> {
        do {
            try await end.get()
            try await node.drained().get()
            try await loop.submit { try node.close() }.get()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Milliseconds since 1970.
    private static func wallClockMs() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sixteen random bytes in base64 without padding, as Kafka's cluster ids are.
    private static func randomClusterID() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        return String((0..<22).map { _ in alphabet.randomElement() ?? "A" })
    }
}

/// `meta.properties`: whose data a folder is.
enum Identity {
    /// Makes sure that the folder is this broker's, and says so in it.
    static func check(_ id: Int32, in storage: FileStorage) throws {
        let name = "meta.properties"
        if try storage.exists(name) {
            let file = try storage.open(name, create: false)
            var properties = Properties()
            properties.read(String(buffer: try file.read(at: 0, count: Int(file.size))))
            try file.close()
            guard properties.values["broker.id"] == "\(id)" else {
                let owner = properties.values["broker.id"] ?? "nobody"
                throw BrokerConfigurationError(
                    "\(storage.root) is the folder of broker \(owner), not of \(id): give broker.id or log.dir anew"
                )
            }
            return
        }
        let file = try storage.open(name, create: true)
        try file.append(ByteBuffer(string: "#\nbroker.id=\(id)\nversion=0\n"))
        try file.sync()
        try file.close()
    }
}
