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

    private struct State {
        var addresses: AddressRing
        var sandboxes: [PodIdentity: Sandbox] = [:]
    }

    private let configuration: Configuration
    private let group: any EventLoopGroup
    private let pool: NIOThreadPool
    private let state: Mutex<State>

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
        let podDirectory = "\(self.configuration.dataDirectory)/pods/\(identity.uid)"
        let logs = "\(identity.namespace)_\(identity.name)_\(identity.uid)"
        let mounter = VolumeMounter(
            pod: pod,
            inputs: inputs,
            podDirectory: podDirectory,
            volumesDirectory: "\(self.configuration.dataDirectory)/volumes"
        )
        let volumes = try await self.pool.runIfActive {
            try VolumeMounter.make("\(podDirectory)/root/tmp")
            return try mounter.mount()
        }
        return try self.state.withLock { state in
            guard let address = state.addresses.take() else {
                let range = "\(self.configuration.podAddressPrefix)0/24"
                throw RuntimeError(.mountFailed, "no free address: the node's \(range) is used up")
            }
            state.sandboxes[identity] = Sandbox(
                pod: pod,
                address: address,
                inputs: inputs,
                rootDirectory: "\(podDirectory)/root",
                podDirectory: podDirectory,
                logDirectory: "\(self.configuration.dataDirectory)/logs/\(logs)",
                volumes: volumes
            )
            return address
        }
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

    private func image(_ reference: String) throws(RuntimeError) -> LocalImage {
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

    public func start(
        _ container: Container,
        attempt: Int,
        in pod: PodIdentity,
        onExit: @escaping @Sendable (ContainerExit) -> Void
    ) async throws -> String {
        let sandbox = try self.sandbox(of: pod)
        let image = try self.image(container.image)
        let environment = try EnvironmentBuilder(
            pod: sandbox.pod,
            address: sandbox.address,
            hostAddress: self.configuration.hostAddress,
            inputs: sandbox.inputs,
            base: self.baseEnvironment(of: sandbox, image: image)
        ).environment(of: container, image: image)
        let rewriter = try sandbox.rewriter(for: container, image: image, environment: environment)
        let command = try Self.command(of: container, image: image).map {
            rewriter.rewrite(VariableExpansion.expand($0, environment))
        }
        let directory = self.directory(of: container, in: sandbox, rewriter: rewriter)
        let logDirectory = "\(sandbox.logDirectory)/\(container.name)"
        try await self.pool.runIfActive {
            try VolumeMounter.make(logDirectory)
            if directory.hasPrefix(sandbox.rootDirectory) { try VolumeMounter.make(directory) }
        }
        let launch = ShimLaunch(
            command: command,
            environment: environment.mapValues(rewriter.rewrite),
            directory: directory,
            log: "\(logDirectory)/\(attempt).log"
        )
        let process = try await ShimProcess.start(
            shim: self.configuration.shim,
            launch: launch,
            group: self.group,
            pool: self.pool
        )
        self.state.withLock { state in
            state.sandboxes[pod]?.running[container.name] = Sandbox.Running(
                attempt: attempt,
                process: process,
                environment: launch.environment,
                rewriter: rewriter,
                directory: directory
            )
        }
        process.gone.whenComplete { result in
            self.state.withLock { state in
                guard state.sandboxes[pod]?.running[container.name]?.attempt == attempt else { return }
                state.sandboxes[pod]?.running[container.name] = nil
            }
            switch result {
            case .success(let exit): onExit(exit)
            case .failure: onExit(ContainerExit(code: 137, signal: 9))  // the pool is shut down: we are ending
            }
        }
        return "seatrial://\(pod.uid)-\(container.name)-\(attempt)"
    }

    private func sandbox(of pod: PodIdentity) throws(RuntimeError) -> Sandbox {
        guard let sandbox = self.state.withLock({ $0.sandboxes[pod] }) else {
            throw RuntimeError(.notFound, "pod \(pod) has no sandbox")
        }
        return sandbox
    }

    private static func command(of container: Container, image: LocalImage) throws(RuntimeError) -> [String] {
        let (command, arguments) = (container.command, container.args)
        let result =
            command.isEmpty
            ? image.entrypoint + (arguments.isEmpty ? image.command : arguments) : command + arguments
        guard !result.isEmpty else {
            throw RuntimeError(.startFailed, "no command specified, and the image \(image.name) has none")
        }
        return result
    }

    private func directory(of container: Container, in sandbox: Sandbox, rewriter: PathRewriter) -> String {
        guard !container.workingDir.isEmpty else { return sandbox.rootDirectory }
        let rewritten = rewriter.rewrite(container.workingDir)
        return rewritten == container.workingDir ? sandbox.rootDirectory + rewritten : rewritten
    }

    private func baseEnvironment(of sandbox: Sandbox, image: LocalImage) -> [String: String] {
        var result = [
            "PATH": (image.bin + [ProgramPath.folders.joined(separator: ":")]).joined(separator: ":"),
            "HOME": sandbox.rootDirectory,
            "TMPDIR": "\(sandbox.rootDirectory)/tmp",
            "LANG": "C.UTF-8",
            // The backtracer of Swift's runtime can hang for minutes, and a crash must be a crash.
            "SWIFT_BACKTRACE": "enable=no",
        ]
        result["SEATRIAL"] = self.configuration.seatrial
        result["CLUSTER_DNS"] = self.configuration.clusterDNS
        let namespace = sandbox.pod.metadata.namespace
        result["CLUSTER_DNS_SEARCH"] = "\(namespace).svc.cluster.local,svc.cluster.local,cluster.local"
        return result
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

    private func running(_ container: String, in pod: PodIdentity) -> Sandbox.Running? {
        self.state.withLock { $0.sandboxes[pod]?.running[container] }
    }

    public func perform(
        _ action: ProbeAction,
        in container: Container,
        of pod: PodIdentity,
        timeout: Duration
    ) async -> ProbeOutcome {
        let sandbox: Sandbox
        do { sandbox = try self.sandbox(of: pod) } catch { return .error(message: error.message) }
        switch action {
        case .exec(let command):
            guard let running = sandbox.running[container.name] else {
                return .error(message: "container \(container.name) is not running")
            }
            let launch = ShimLaunch(
                command: command.map { running.rewriter.rewrite($0) },
                environment: running.environment,
                directory: running.directory
            )
            let exec = ExecProbe(shim: self.configuration.shim, group: self.group, pool: self.pool)
            return await exec.run(launch, shown: command, timeout: timeout)
        case .tcpSocket(let host, let port):
            return await TCPProbe(group: self.group).run(host: host ?? sandbox.address, port: port, timeout: timeout)
        case .httpGet(let host, let port, let path, let headers, let isTLS):
            guard !isTLS else { return .error(message: "HTTPS probes are not supported by a controlled cluster") }
            let probe = HTTPProbe(host: host ?? sandbox.address, port: port, path: path, headers: headers)
            return await probe.run(group: self.group, timeout: timeout)
        }
    }

    public func removeSandbox(of pod: PodIdentity) async {
        guard let sandbox = self.state.withLock({ $0.sandboxes.removeValue(forKey: pod) }) else { return }
        for running in sandbox.running.values { running.process.close() }
        for running in sandbox.running.values {
            _ = try? await running.process.gone.get()  // fails only when the thread pool is shut down
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
        let name = "\(pod.namespace)_\(pod.name)_\(pod.uid)"
        let directory = "\(self.configuration.dataDirectory)/logs/\(name)/\(container)"
        let files = LogFiles(directory: directory)
        let attempt = try await self.pool.runIfActive { try files.attempt(previous: options.previous) }
        let reader = LogReader(path: files.path(of: attempt), options: options)
        return reader.stream(pool: self.pool) {
            self.running(container, in: pod)?.attempt == attempt
        }
    }
}
