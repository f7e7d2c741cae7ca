// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
public import KubernetesClient
public import Logging
public import NIOCore
public import NIOPosix
import Synchronization

/// Makes virtual service addresses work: listens on each and forwards connections to ready pods, in turn.
///
/// It does for loopback addresses what kube-proxy does with packet rules: a connection goes to one pod for its life, and is
/// refused when no pod is ready.
public struct ServiceProxy: Sendable {
    private let group: any EventLoopGroup
    private let logger: Logger
    private let services: ObjectCache
    private let endpoints: ObjectCache
    private let pods: ObjectCache
    private let changes: AsyncStream<Void>
    private let routing = Routing()

    /// A proxy for all services that a client sees.
    public init(
        client: KubernetesClient,
        group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        logger: Logger = Logger(label: "seatrial.service-proxy")
    ) {
        self.group = group
        self.logger = logger
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.changes = changes
        self.services = ObjectCache(.init(Service.self), transport: client.transport) { _ in continuation.yield() }
        self.endpoints = ObjectCache(.init(Endpoints.self), transport: client.transport) { _ in continuation.yield() }
        self.pods = ObjectCache(.init(Pod.self), transport: client.transport) { change in
            if Self.concernsHostPorts(change) { continuation.yield() }
        }
    }

    /// Watches and forwards until cancelled; then closes every listener.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.services.run() }
            group.addTask { await self.endpoints.run() }
            group.addTask { await self.pods.run() }
            group.addTask { await self.follow() }
        }
    }

    private func follow() async {
        await self.services.waitUntilSynced()
        await self.endpoints.waitUntilSynced()
        await self.pods.waitUntilSynced()
        var listeners: [ServiceRoutes.Frontend: any Channel] = [:]
        for await _ in self.changes {
            var routes = ServiceRoutes(services: self.services.objects(Service.self)) { namespace, name in
                self.endpoints.object(Endpoints.self, name, namespace: namespace)
            }
            routes.addHostPorts(of: self.pods.objects(Pod.self).filter(Self.hasHostPorts))
            self.routing.update(routes)
            for (frontend, listener) in listeners where routes.backends[frontend] == nil {
                await self.close(listener)
                listeners[frontend] = nil
            }
            for frontend in routes.frontends where listeners[frontend] == nil {
                do {
                    listeners[frontend] = try await self.listen(frontend)
                } catch {
                    // Tried again at the next change; a person has to see it meanwhile.
                    self.logger.error("cannot listen on \(frontend.address):\(frontend.port): \(error)")
                }
            }
        }
        for listener in listeners.values {
            await self.close(listener)
        }
    }

    /// Whether the routes depend on a pod: few have ports of the node, and pods change often.
    private static func hasHostPorts(_ pod: Pod) -> Bool {
        pod.spec.containers.contains { $0.ports.contains { $0.hostPort != nil } }
    }

    private static func concernsHostPorts(_ change: CacheChange) -> Bool {
        switch change {
        case .added(let object), .updated(_, let object), .deleted(let object): self.hasHostPorts(Pod(json: object))
        }
    }

    private func listen(_ frontend: ServiceRoutes.Frontend) async throws -> any Channel {
        let routing = self.routing
        return try await ServerBootstrap(group: self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                Connector.takeOn(channel, backends: routing.candidates(for: frontend))
            }
            .bind(host: frontend.address, port: frontend.port).get()
    }

    private func close(_ listener: any Channel) async {
        do {
            try await listener.close()
        } catch {
            self.logger.debug("closing \(listener): \(error)")  // it was closed before
        }
    }
}

/// The routes as last seen, and whose turn it is.
private final class Routing: Sendable {
    private struct State {
        var routes = ServiceRoutes(services: []) { _, _ in nil }
        var turns: [ServiceRoutes.Frontend: Int] = [:]
    }

    private let state = Mutex(State())

    func update(_ routes: ServiceRoutes) {
        self.state.withLock { $0.routes = routes }
    }

    /// The backends to try, beginning with the one whose turn it is.
    func candidates(for frontend: ServiceRoutes.Frontend) -> [ServiceRoutes.Backend] {
        self.state.withLock { state in
            guard let backends = state.routes.backends[frontend], !backends.isEmpty else { return [] }
            let turn = state.turns[frontend, default: 0] % backends.count
            state.turns[frontend] = turn + 1
            return Array(backends[turn...] + backends[..<turn])
        }
    }
}
