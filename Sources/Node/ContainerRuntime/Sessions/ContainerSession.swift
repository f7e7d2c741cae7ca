// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

public import NIOCore

/// Somebody at the other end of a process's standard streams: a command of `kubectl exec`, or the container itself (`attach`).
public final class ContainerSession: Sendable {
    /// Something that the process printed.
    public struct Output: Hashable, Sendable {
        /// Whether it is an error rather than output; always false with a terminal.
        public var isError: Bool
        /// The bytes.
        public var bytes: ByteBuffer
    }

    private let process: ShimProcess
    private let streams: ProcessStreams
    private let listener: (number: Int, output: AsyncStream<ProcessStreams.Output>)
    private let ownsProcess: Bool
    private let endsInput: Bool

    /// - Parameters:
    ///   - ownsProcess: whether the process ends with the session.
    ///   - endsInput: whether the process's input ends with the session (`stdinOnce`).
    init(_ process: ShimProcess, _ streams: ProcessStreams, ownsProcess: Bool, endsInput: Bool) {
        self.process = process
        self.streams = streams
        self.listener = streams.listen()
        self.ownsProcess = ownsProcess
        self.endsInput = endsInput
    }

    /// Hands over what the process prints, one piece after the other, until it ends or `body` throws.
    /// - Returns: how the process ended.
    public func forEachOutput(_ body: (Output) async throws -> Void) async throws -> ProcessExit {
        for await output in self.listener.output {
            try await body(Output(isError: output.isError, bytes: output.bytes))
            self.streams.took(output, listener: self.listener.number)
        }
        try Task.checkCancellation()
        return try await self.process.gone.get()
    }

    /// Sends input; returns once it is on its way, so that who sends cannot outrun who reads.
    public func write(_ bytes: ByteBuffer) async {
        await self.streams.write(bytes)
    }

    /// Ends the input, as a person's Ctrl-D or the end of a file does.
    public func endInput() async {
        await self.streams.endInput()
    }

    /// Gives the process's terminal a size, in characters.
    public func resize(rows: Int, columns: Int) {
        self.process.resize(rows: rows, columns: columns)
    }

    /// Leaves: a command ends with all that it started; a container goes on, its input perhaps ended.
    public func close() async {
        self.streams.leave(self.listener.number)
        if self.ownsProcess { self.process.close() }
        if self.endsInput { await self.streams.endInput() }
    }
}
