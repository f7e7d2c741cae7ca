// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
public import KubernetesAPI
public import NIOCore
public import NIOPosix
import Synchronization

/// Runs pods as processes of this machine, each with a loopback address of its own and a directory as its root. Needs no privileges.
public final class LoopbackRuntime: PodRuntime {
    /// What a runtime needs to know.
    public struct Configuration: Sendable {
        /// The cluster's data directory: pods, logs and volumes are under it. Absolute.
        public var dataDirectory: String
        /// What stands for images.
        public var catalog: ImageCatalog
        /// The path of the `container-shim` binary.
        public var shim: String
        /// The path of the `seatrial` binary, for `$SEATRIAL`; nil: not set.
        public var seatrial: String?
        /// The first three parts of the pods' addresses with a dot behind: `127.64.1.`.
        public var podAddressPrefix: String
        /// The node's own address.
        public var hostAddress: String
        /// `address:port` of the cluster's DNS, for `CLUSTER_DNS`; nil: not set.
        public var clusterDNS: String?

        /// A configuration with what has no default.
        public init(
            dataDirectory: String,
            catalog: ImageCatalog,
            shim: String,
            seatrial: String? = nil,
            podAddressPrefix: String,
            hostAddress: String,
            clusterDNS: String? = nil
        ) {
            self.dataDirectory = dataDirectory
            self.catalog = catalog
            self.shim = shim
            self.seatrial = seatrial
            self.podAddressPrefix = podAddressPrefix
            self.hostAddress = hostAddress
            self.clusterDNS = clusterDNS
        }
    }

    struct State {
        var addresses: AddressRing
        var sandboxes: [PodIdentity: Sandbox] = [:]
        /// Counts the processes that containers adopted.
        var numbers = 0
    }

    let configuration: Configuration
    let group: any EventLoopGroup
    let pool: NIOThreadPool
    let state: Mutex<State>

    /// A runtime of one node.
    public init(
        configuration: Configuration,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.configuration = configuration
        self.group = group
        self.pool = BlockingPool.shared
        self.state = Mutex(State(addresses: AddressRing(prefix: configuration.podAddressPrefix)))
    }

    public func createSandbox(of pod: Pod, inputs: PodInputs) async throws -> String {
        let identity = PodIdentity(of: pod)
        if let address = self.state.withLock({ $0.sandboxes[identity]?.address }) { return address }
        let address = try self.takeAddress(for: pod)
        do {
            let sandbox = try await self.makeSandbox(of: pod, inputs: inputs, address: address)
            self.state.withLock { $0.sandboxes[identity] = sandbox }
            return address
        } catch {
            self.state.withLock { $0.addresses.release(address) }
            throw error
        }
    }

    private func takeAddress(for pod: Pod) throws(RuntimeError) -> String {
        if pod.spec.hostNetwork { return self.configuration.hostAddress }
        guard let address = self.state.withLock({ $0.addresses.take() }) else {
            let range = "\(self.configuration.podAddressPrefix)0/24"
            throw RuntimeError(.mountFailed, "no free address: the node's \(range) is used up")
        }
        return address
    }

    private func makeSandbox(of pod: Pod, inputs: PodInputs, address: String) async throws -> Sandbox {
        let identity = PodIdentity(of: pod)
        let podDirectory = "\(self.configuration.dataDirectory)/pods/\(identity.uid)"
        let facts = DownwardAPI(pod: pod, address: address, hostAddress: self.configuration.hostAddress)
        let mounter = VolumeMounter(
            facts: facts,
            inputs: inputs,
            podDirectory: podDirectory,
            volumesDirectory: "\(self.configuration.dataDirectory)/volumes"
        )
        let logDirectory = self.logDirectory(of: identity)
        let dns = self.configuration.clusterDNS
        return try await self.pool.runIfActive {
            let sandbox = Sandbox(
                facts: facts,
                inputs: inputs,
                podDirectory: podDirectory,
                logDirectory: logDirectory,
                volumes: try mounter.mount()
            )
            try sandbox.writeEtc(dns: dns)
            return sandbox
        }
    }

    func logDirectory(of pod: PodIdentity) -> String {
        "\(self.configuration.dataDirectory)/logs/\(pod.namespace)_\(pod.name)_\(pod.uid)"
    }

    public func pull(_ image: String) async throws -> PulledImage {
        let local = try self.image(image)
        if let program = local.program, ProgramPath.find(program) == nil {
            throw RuntimeError(
                .imageNotFound,
                "\(image) stands for the program \(program), which is not installed on this machine"
            )
        }
        return PulledImage(id: "local/\(local.name)", wasPresent: true)
    }

    func image(_ reference: String) throws(RuntimeError) -> LocalImage {
        guard ImageReference(reference) != nil else {
            throw RuntimeError(
                .badImageName,
                "Failed to apply default image tag \"\(reference)\": couldn't parse image name: invalid reference format"
            )
        }
        guard let image = self.configuration.catalog.image(for: reference) else {
            throw RuntimeError(
                .imageNotFound,
                "no local image stands for \(reference): add an entry to the image catalog (Harness/images/catalog.yaml)"
            )
        }
        return image
    }

    func sandbox(of pod: PodIdentity) throws(RuntimeError) -> Sandbox {
        guard let sandbox = self.state.withLock({ $0.sandboxes[pod] }) else {
            throw RuntimeError(.notFound, "pod \(pod) has no sandbox")
        }
        return sandbox
    }

    public func signal(_ signal: Int32, to container: String, in pod: PodIdentity, grace: Duration?) {
        self.running(container, in: pod)?.process.signal(signal, grace: grace)
    }

    /// Signals every process of a container, or of all containers of a pod: what node and process faults do.
    public func signalAll(_ signal: Int32, container: String? = nil, in pod: PodIdentity) {
        let running = self.state.withLock { state in
            (state.sandboxes[pod]?.running ?? [:]).filter { container == nil || $0.key == container }.map(\.value)
        }
        for container in running { container.process.signalTree(signal) }
    }

    /// The process id of a container's first process; nil when it does not run.
    public func processID(of container: String, in pod: PodIdentity) -> Int32? {
        self.running(container, in: pod)?.process.processID
    }

    func running(_ container: String, in pod: PodIdentity) -> Sandbox.Running? {
        self.state.withLock { $0.sandboxes[pod]?.running[container] }
    }

    public func stopContainers(of pod: PodIdentity, within grace: Duration) async {
        let processes = self.state.withLock { $0.sandboxes[pod]?.running.values.map(\.process) ?? [] }
        await withDiscardingTaskGroup { group in
            for process in processes {
                group.addTask {
                    process.signal(15, grace: grace)
                    let nanoseconds = Int64(grace / .nanoseconds(1))
                    let timer = process.gone.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) { process.close() }
                    _ = try? await process.gone.get()  // fails only when the thread pool is shut down
                    timer.cancel()
                }
            }
        }
    }

    public func removeSandbox(of pod: PodIdentity) async {
        guard let sandbox = self.state.withLock({ $0.sandboxes.removeValue(forKey: pod) }) else { return }
        let processes = sandbox.running.values.flatMap { [$0.process] + $0.others.values }
        for process in processes { process.close() }
        for process in processes {
            _ = try? await process.gone.get()  // fails only when the thread pool is shut down
        }
        self.state.withLock { $0.addresses.release(sandbox.address) }
        do {
            try await self.pool.runIfActive { try FileManager.default.removeItem(atPath: sandbox.podDirectory) }
        } catch {
            // What is left of the directory goes with the data directory; the pod itself must not wait for it.
        }
    }

    public func log(
        of container: String,
        in pod: PodIdentity,
        options: LogOptions
    ) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        let files = LogFiles(directory: "\(self.logDirectory(of: pod))/\(container)")
        let attempt = try await self.pool.runIfActive { try files.attempt(previous: options.previous) }
        let reader = LogReader(path: files.path(of: attempt), options: options)
        return reader.stream(pool: self.pool) {
            self.running(container, in: pod)?.attempt == attempt
        }
    }
}
