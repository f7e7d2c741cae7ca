// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Runs exec and attach where the containers are: the kubelets' side of `kubectl exec`, `attach` and `run -ti`.
///
/// The API server speaks the client's protocol (WebSocket channels), finds the pod and checks that it has a node; what is
/// handed over is streams of bytes. A call is cancelled when the client goes away.
public protocol ContainerStreamer: Sendable {
    /// Runs a command in a container that is running.
    /// - Returns: how it ended, once all of its output was handed to `streams`.
    /// - Throws: when it could not be started: no such pod at that node, container not running, no such program. A
    ///   `StatusError` reaches the client as it is, any other error as an internal error with its description.
    func exec(_ command: [String], in target: ContainerTarget, streams: ContainerStreams) async throws -> ContainerExit

    /// Connects to a container's main process, whose output goes to `streams` from now on.
    /// - Returns: how the container ended, once it has; or exit 0 when the client ended its input without having asked
    ///   for output.
    /// - Throws: as ``exec(_:in:streams:)``.
    func attach(to target: ContainerTarget, streams: ContainerStreams) async throws -> ContainerExit
}

/// A container, as the API server found it in the store.
public struct ContainerTarget: Hashable, Sendable {
    /// The node that the pod is bound to.
    public var node: String
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// The identity of the pod's present life.
    public var uid: String
    /// The container's name; init and ephemeral containers too.
    public var container: String

    /// A container.
    public init(node: String, namespace: String, pod: String, uid: String, container: String) {
        self.node = node
        self.namespace = namespace
        self.pod = pod
        self.uid = uid
        self.container = container
    }
}

/// A client's ends of a container's streams.
public struct ContainerStreams: Sendable {
    /// Where output goes.
    public enum Output: UInt8, Hashable, Sendable {
        case standardOutput = 1
        case standardError = 2
    }

    /// A terminal's size in characters.
    public struct TerminalSize: Hashable, Sendable {
        /// Columns.
        public var width: Int
        /// Rows.
        public var height: Int

        /// A size.
        public init(width: Int, height: Int) {
            self.width = width
            self.height = height
        }
    }

    /// Whether the process gets a terminal; its standard error then goes to standard output.
    public var hasTerminal: Bool
    /// What the client types; ends when the client closes its input. Nil when it asked for no input.
    public var standardInput: AsyncStream<ByteBuffer>?
    /// The terminal's sizes, the first one included; never yields without a terminal. Read by one task.
    public var sizes: AsyncStream<TerminalSize>
    /// Which outputs the client wants; others may be written and are dropped.
    public var outputs: Set<Output>
    /// Takes output, in the order of the calls; returns once it may be followed by more (back-pressure).
    public var write: @Sendable (_ output: Output, _ bytes: ByteBuffer) async throws -> Void

    /// A client's ends.
    public init(
        hasTerminal: Bool,
        standardInput: AsyncStream<ByteBuffer>?,
        sizes: AsyncStream<TerminalSize>,
        outputs: Set<Output>,
        write: @escaping @Sendable (_ output: Output, _ bytes: ByteBuffer) async throws -> Void
    ) {
        self.hasTerminal = hasTerminal
        self.standardInput = standardInput
        self.sizes = sizes
        self.outputs = outputs
        self.write = write
    }
}

/// How a process ended.
public struct ContainerExit: Hashable, Sendable {
    /// The exit code, 128 plus the number for one that a signal ended.
    public var code: Int32

    /// An end.
    public init(code: Int32) { self.code = code }
}
