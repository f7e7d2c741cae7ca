// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import ClusterDNS
import ContainerRuntime
public import ControllerRuntime
import Controllers
import Foundation
import JSON
import Kubelet
import KubernetesAPI
public import KubernetesClient
import KubernetesHTTP
import Logging
import NIOCore
public import NameResolution
import ServiceProxy

/// A cluster of our own in this process: API server, controllers, and nodes that run pods as processes.
///
/// ``run(onReady:)`` owns everything: when its task is cancelled, pods, listeners and processes are gone before it
/// returns; when the process dies, the shims end what they hold.
public final class ControlledCluster: Sendable {
    /// The port of the cluster's DNS: 53 would need privileges.
    public static let dnsPort = 10053

    /// What was chosen.
    public let configuration: Configuration
    /// The API, without sockets.
    public let client: KubernetesClient
    /// Finds the addresses of the cluster's names.
    public let resolver: Resolver
    private let block: AddressBlock
    private let server: APIServer
    private let connector: HTTPKubeletConnector
    private let catalog: ImageCatalog
    private let onWaiting: @Sendable (WaitingReport) -> Void
    private let runtimes: [any PodRuntime]
    private let streams = NodeStreams()

    /// A cluster that is not running yet; it owns its block of addresses from now on.
    /// - Parameter onWaiting: takes the reasons why controllers wait; it must return at once.
    /// - Throws: when no block of addresses is free or the image catalog is not valid.
    public init(
        _ configuration: Configuration,
        onWaiting: @escaping @Sendable (WaitingReport) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.onWaiting = onWaiting
        self.block = try AddressBlock.claim()
        let catalogURL = URL(filePath: configuration.imageCatalog)
        self.catalog = try ImageCatalog(
            yaml: String(contentsOf: catalogURL, encoding: .utf8),
            directory: catalogURL.deletingLastPathComponent().path
        )
        self.connector = HTTPKubeletConnector()
        var server = APIServer.Configuration()
        let first = self.block.serviceRange.prefix { $0 != "/" }
        server.serviceAddressPrefix = ServiceAddressRange(first: String(first), count: 2048)
        server.dnsAddress = self.block.dnsAddress
        server.kubelets = self.connector
        server.containerStreamer = self.streams
        server.mountsServiceAccountTokens = true
        self.server = APIServer(configuration: server)
        self.client = KubernetesClient(InProcessTransport(self.server, userAgent: "seatrial"))
        self.resolver = Resolver(server: (self.block.dnsAddress, Self.dnsPort))
        let (block, catalog) = (self.block, self.catalog)
        self.runtimes = (1...max(1, configuration.nodes)).map { number in
            guard !configuration.isSimulated else {
                return SimulatedRuntime(podAddressPrefix: block.podPrefix(number))
            }
            return LoopbackRuntime(
                configuration: LoopbackRuntime.Configuration(
                    dataDirectory: configuration.directory.path,
                    catalog: catalog,
                    shim: configuration.shim,
                    seatrial: configuration.program,
                    podAddressPrefix: block.podPrefix(number),
                    hostAddress: block.nodeAddress(number),
                    clusterDNS: "\(block.dnsAddress):\(Self.dnsPort)"
                )
            )
        }
    }

    /// Runs the cluster until the task is cancelled.
    /// - Parameter onReady: called once, when kubectl, the DNS and every node answer.
    /// - Throws: when an address cannot be listened on or a node cannot be registered.
    public func run(onReady: @escaping @Sendable (Description) async throws -> Void) async throws {
        let lock = try ClusterLock(self.configuration.directory)
        var failure: (any Error)?
        do {
            try await self.runParts(onReady: onReady)
        } catch {
            failure = error
        }
        do {
            try await self.connector.shutdown()
        } catch {
            failure = failure ?? error
        }
        lock.release()
        if let failure { throw failure }
    }

    private func runParts(onReady: @escaping @Sendable (Description) async throws -> Void) async throws {
        var options = ControllerManager.Options()
        options.statefulSet = self.configuration.statefulSet
        options.nodeLifecycle.gracePeriod = self.configuration.nodeGracePeriod
        let manager = ControllerManager(
            client: self.client(of: "kube-controller-manager"),
            options: options,
            onWaiting: self.onWaiting
        )
        let nodes = (0..<self.configuration.nodes).map { "node-\($0)" }
        let listening = Listening()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.serveAPI(listening) }
            group.addTask { try await manager.run() }
            if self.configuration.nodes > 0 {
                group.addTask { try await self.serveNames(listening) }
                group.addTask { await ServiceProxy(client: self.client).run() }
                group.addTask { await self.reclaimer.run() }
            }
            for (index, name) in nodes.enumerated() {
                let kubelet = self.kubelet(name, number: index + 1)
                self.streams.add(kubelet, of: name)
                let node = ClusterNode(name: name, kubelet: kubelet, client: self.client)
                group.addTask { try await node.run() }
            }
            group.addTask {
                try await self.createDefaults()
                let server = try await listening.api()
                if !nodes.isEmpty { try await listening.names() }
                try await self.waitUntilReady(nodes)
                try Kubeconfig(server: server).write(toFile: self.configuration.directory.kubeconfig)
                let dns = nodes.isEmpty ? nil : "\(self.block.dnsAddress):\(Self.dnsPort)"
                try await onReady(Description(server: server, dns: dns, nodes: nodes))
                try await Task.sleep(for: .seconds(Int64.max / 1000))  // until cancelled
            }
            // The first part that ends, ends them all: none of them may.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A client for one of the parts; the fields that it writes carry its name.
    private func client(of part: String) -> KubernetesClient {
        KubernetesClient(InProcessTransport(self.server, userAgent: part))
    }

    private func serveAPI(_ listening: Listening) async throws {
        var configuration = APIHTTPServer.Configuration()
        let host = self.block.controlPlaneAddress
        configuration.host = host
        configuration.port = self.configuration.apiPort
        try await APIHTTPServer(self.server, configuration: configuration).run { address in
            listening.api.continuation.yield("http://\(address.ipAddress ?? host):\(address.port ?? 0)")
        }
    }

    private func serveNames(_ listening: Listening) async throws {
        try await ClusterDNSServer(client: self.client, host: self.block.dnsAddress, port: Self.dnsPort).run { _ in
            listening.names.continuation.yield()
        }
    }

    private var reclaimer: VolumeReclaimer {
        VolumeReclaimer(dataDirectory: self.configuration.directory.path, client: self.client)
    }

    private func kubelet(_ name: String, number: Int) -> Kubelet {
        let node = NodeConfiguration(
            name: name,
            address: self.block.nodeAddress(number),
            labels: ["topology.kubernetes.io/zone": "zone-\(["a", "b", "c"][(number - 1) % 3])"],
            backoffInitial: self.configuration.containerBackoff
        )
        return Kubelet(configuration: node, client: self.client(of: "kubelet"), runtime: self.runtimes[number - 1])
    }

    /// Signals the first process of each container of a pod; SIGKILL goes to all of their processes.
    /// - Throws: ``ClusterError`` when the pod is on none of the nodes here; `StatusError` when there is no such pod.
    public func signal(_ signal: CInt, pod name: String, namespace: String) async throws {
        let pod = try await self.client.get(Pod.self, name, namespace: namespace)
        let nodes = (0..<self.configuration.nodes).map { "node-\($0)" }
        guard let index = nodes.firstIndex(of: pod.spec.nodeName) else {
            throw ClusterError("pod \(name) runs on no node of this cluster")
        }
        for container in pod.spec.containers {
            self.runtimes[index].signal(signal, to: container.name, in: PodIdentity(of: pod), grace: nil)
        }
    }

    /// The storage class that claims without one get.
    private func createDefaults() async throws {
        guard self.configuration.nodes > 0 else { return }
        _ = try await self.client.create(
            StorageClass(json: [
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                "metadata": [
                    "name": "standard",
                    "annotations": ["storageclass.kubernetes.io/is-default-class": "true"],
                ],
                "provisioner": .string(PersistentVolumeReconciler.provisioner), "reclaimPolicy": "Delete",
                "volumeBindingMode": "Immediate",
            ])
        )
    }

    private func waitUntilReady(_ nodes: [String]) async throws {
        for name in nodes {
            let changes = try await self.client.watch(Node.self, fieldSelector: "metadata.name=\(name)")
            for try await event in changes {
                if try Self.showsReadyNode(event) { break }
            }
        }
    }

    private static func showsReadyNode(_ event: WatchEvent) throws -> Bool {
        switch event {
        case .added(let object), .modified(let object):
            let conditions = object["status", "conditions"]?.array ?? []
            return conditions.contains { $0["type"]?.string == "Ready" && $0["status"]?.string == "True" }
        case .deleted, .bookmark:
            return false
        case .error(let status):
            throw ClusterError("watching a node: \(status["message"]?.string ?? "refused")")
        }
    }
}

/// What has begun to listen: a value each, awaited until it comes or the task is cancelled.
private struct Listening: Sendable {
    let api = AsyncStream<String>.makeStream()
    let names = AsyncStream<Void>.makeStream()

    func api() async throws -> String {
        for await server in self.api.stream { return server }
        throw CancellationError()
    }

    func names() async throws {
        for await _ in self.names.stream { return }
        throw CancellationError()
    }
}
