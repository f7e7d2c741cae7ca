// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import KubernetesAPI
public import NIOCore

/// What a kubelet asks of its node to run pods: sandboxes, images, containers, probes and logs.
///
/// ``LoopbackRuntime`` runs processes; ``SimulatedRuntime`` runs nothing, for clusters of many pods.
public protocol PodRuntime: Sendable {
    /// Gives a pod its address, its directory and its volumes; asking again returns the same address.
    /// - Throws: ``RuntimeError`` when a volume cannot be had.
    func createSandbox(of pod: Pod, inputs: PodInputs) async throws -> String
    /// Makes an image available, as far as it is not.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/imageNotFound``.
    func pull(_ image: String) async throws -> PulledImage
    /// Starts a container in a sandbox.
    /// - Parameters:
    ///   - attempt: how often the container was started before; names its log.
    ///   - onExit: called once, when nothing of the container is left.
    /// - Returns: the container's id.
    /// - Throws: ``RuntimeError`` when it cannot be started; then `onExit` is not called.
    func start(
        _ container: Container,
        attempt: Int,
        in pod: PodIdentity,
        onExit: @escaping @Sendable (ProcessExit) -> Void
    ) async throws -> String
    /// Signals the container's first process; what it leaves behind has the rest of `grace`. Signal 9 goes to all of it.
    func signal(_ signal: Int32, to container: String, in pod: PodIdentity, grace: Duration?)
    /// Runs a probe against a container, or one of its lifecycle hooks.
    func perform(_ action: ProbeAction, in container: Container, of pod: PodIdentity, timeout: Duration) async
        -> ProbeOutcome
    /// Runs a command in a running container, with its environment, directory and paths.
    /// - Parameters:
    ///   - input: whether the command reads what the session sends.
    ///   - terminal: whether it has a terminal.
    /// - Throws: ``RuntimeError``; of code ``RuntimeError/Code/notFound`` when the container does not run.
    func exec(
        _ command: [String],
        in container: String,
        of pod: PodIdentity,
        input: Bool,
        terminal: Bool
    ) async throws -> ContainerSession
    /// Joins the standard streams of a running container.
    /// - Returns: nil for a container that has neither `stdin` nor `tty`: what it prints is in its log.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/notFound`` when it does not run.
    func attach(to container: String, of pod: PodIdentity) async throws -> ContainerSession?
    /// Ends all containers of a pod with SIGTERM, and with SIGKILL what is left after the grace; returns when none is left.
    func stopContainers(of pod: PodIdentity, within grace: Duration) async
    /// Frees a pod's address and removes its directory, volumes that outlive it excepted; its containers must have ended.
    func removeSandbox(of pod: PodIdentity) async
    /// A container's log.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/notFound`` when there is none.
    func log(of container: String, in pod: PodIdentity, options: LogOptions) async throws
        -> AsyncThrowingStream<ByteBuffer, any Error>
}

/// Which pod: its names, and which life of them.
public struct PodIdentity: Hashable, Sendable, CustomStringConvertible {
    /// The namespace.
    public var namespace: String
    /// The name.
    public var name: String
    /// The identity of this life of the name.
    public var uid: String

    /// An identity of its parts.
    public init(namespace: String, name: String, uid: String) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
    }

    /// A pod's identity.
    public init(of pod: Pod) {
        let metadata = pod.metadata
        self.init(namespace: metadata.namespace, name: metadata.name, uid: metadata.uid)
    }

    /// `kafka-0_default(uid)`, as upstream's messages have it.
    public var description: String { "\(self.name)_\(self.namespace)(\(self.uid))" }
}

/// What a pod refers to, looked up by its kubelet.
public struct PodInputs: Hashable, Sendable {
    /// ConfigMaps by name; those that do not exist are absent.
    public var configMaps: [String: KeyedContent]
    /// Secrets by name; those that do not exist are absent.
    public var secrets: [String: KeyedContent]
    /// The volume that each claim is bound to, by the claim's name.
    public var claims: [String: String]

    /// Inputs of a pod.
    public init(
        configMaps: [String: KeyedContent] = [:],
        secrets: [String: KeyedContent] = [:],
        claims: [String: String] = [:]
    ) {
        self.configMaps = configMaps
        self.secrets = secrets
        self.claims = claims
    }
}

/// An image that is there.
public struct PulledImage: Hashable, Sendable {
    /// What `imageID` of a container's status shows.
    public var id: String
    /// Whether it had been there before.
    public var wasPresent: Bool

    /// An image that is there.
    public init(id: String, wasPresent: Bool) {
        self.id = id
        self.wasPresent = wasPresent
    }
}

/// How a container ended.
public struct ProcessExit: Hashable, Sendable {
    /// The exit code; 128 + the signal when a signal ended it.
    public var code: Int32
    /// The signal that ended it, or nil.
    public var signal: Int32?
    /// What it left as its last message, or nil.
    public var message: String?

    /// An end.
    public init(code: Int32, signal: Int32? = nil, message: String? = nil) {
        self.code = code
        self.signal = signal
        self.message = message
    }
}
