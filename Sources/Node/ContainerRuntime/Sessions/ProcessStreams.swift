// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import NIOPosix
import Synchronization

/// The standard streams of a process: any number of listeners to its output, and a way in.
///
/// While somebody listens, a slow listener slows the process down. While nobody does, output of a container is dropped but for the
/// last of it, which the first listener gets: who attaches to a shell sees its prompt. A command waits for its listener.
package final class ProcessStreams: Sendable {
    /// Something that a process printed.
    package struct Output: Hashable, Sendable {
        /// Whether it is an error rather than output.
        package var isError: Bool
        /// The bytes.
        package var bytes: ByteBuffer
    }

    private struct Listener {
        var continuation: AsyncStream<Output>.Continuation
        var waiting = 0
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var numbers = 0
        var kept: [Output] = []
        var open = 0
        var channels: [any Channel] = []
        var isPaused: Bool
        /// Whether output may be dropped while nobody listens.
        let drops: Bool
        var input: (any Channel)?
    }

    private let state: Mutex<State>

    private init(drops: Bool) {
        self.state = Mutex(State(isPaused: !drops, drops: drops))
    }

    /// Takes the ends of a process just spawned.
    /// - Parameter drops: whether output may be dropped while nobody listens; else nothing is read before.
    static func open(_ spawn: ShimSpawn, loop: any EventLoop, drops: Bool) async throws -> ProcessStreams {
        let streams = ProcessStreams(drops: drops)
        for (descriptor, isError) in [(spawn.output, false), (spawn.error, true)] {
            guard let descriptor else { continue }
            streams.state.withLock { $0.open += 1 }
            let bootstrap = NIOPipeBootstrap(group: loop).channelOption(.autoRead, value: drops)
            let channel = try await bootstrap.channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StreamHandler(streams, isError: isError))
                }
            }.takingOwnershipOfDescriptor(input: descriptor).get()
            streams.state.withLock { $0.channels.append(channel) }
        }
        if let descriptor = spawn.input {
            let channel = try await NIOPipeBootstrap(group: loop).takingOwnershipOfDescriptor(output: descriptor).get()
            streams.state.withLock { $0.input = channel }
        }
        return streams
    }

    /// Listens from now on; the first listener hears the last that was said before.
    package func listen() -> (number: Int, output: AsyncStream<Output>) {
        let (output, continuation) = AsyncStream<Output>.makeStream()
        let number = self.state.withLock { state -> Int in
            state.numbers += 1
            for kept in state.kept { continuation.yield(kept) }
            state.kept = []
            if state.open == 0 { continuation.finish() }
            state.listeners[state.numbers] = Listener(continuation: continuation)
            return state.numbers
        }
        self.pauseOrGoOn()
        return (number, output)
    }

    /// Says that a listener is through with that much.
    package func took(_ output: Output, listener number: Int) {
        self.state.withLock { state in
            guard let waiting = state.listeners[number]?.waiting else { return }
            state.listeners[number]?.waiting = max(0, waiting - output.bytes.readableBytes)
        }
        self.pauseOrGoOn()
    }

    /// Listens no more.
    package func leave(_ number: Int) {
        self.state.withLock { $0.listeners.removeValue(forKey: number) }?.continuation.finish()
        self.pauseOrGoOn()
    }

    /// Sends input; returns once it is on its way. What nobody reads any more is dropped.
    package func write(_ bytes: ByteBuffer) async {
        guard let input = self.state.withLock({ $0.input }) else { return }
        do {
            try await input.writeAndFlush(bytes)
        } catch {
            await self.endInput()  // the process has closed its end or has gone
        }
    }

    /// Ends the input.
    package func endInput() async {
        guard let input = self.state.withLock({ $0.input.take() }) else { return }
        do {
            try await input.close()
        } catch {
            return  // closed before
        }
    }

    /// Nothing of the process is left: nobody reads what is sent.
    func processEnded() {
        self.state.withLock { $0.input.take() }?.close(promise: nil)
    }

    fileprivate func received(_ bytes: ByteBuffer, isError: Bool) {
        let output = Output(isError: isError, bytes: bytes)
        self.state.withLock { state in
            guard !state.listeners.isEmpty else {
                state.kept.append(output)
                var sum = state.kept.reduce(0) { $0 + $1.bytes.readableBytes }
                while state.drops, sum > Limits.streamKeptBytesMax, state.kept.count > 1 {
                    sum -= state.kept.removeFirst().bytes.readableBytes
                }
                return
            }
            for number in state.listeners.keys {
                state.listeners[number]?.waiting += bytes.readableBytes
                state.listeners[number]?.continuation.yield(output)
            }
        }
        self.pauseOrGoOn()
    }

    fileprivate func ended() {
        let listeners = self.state.withLock { state -> [Listener] in
            state.open -= 1
            return state.open == 0 ? Array(state.listeners.values) : []
        }
        for listener in listeners { listener.continuation.finish() }
    }

    private func pauseOrGoOn() {
        let (channels, isPaused) = self.state.withLock { state -> ([any Channel], Bool) in
            let isFull = state.listeners.values.contains { $0.waiting > Limits.streamWaitingBytesMax }
            guard isFull != state.isPaused else { return ([], false) }
            state.isPaused = isFull
            return (state.channels, isFull)
        }
        for channel in channels {
            // A channel that has closed meanwhile has nothing more to read.
            channel.setOption(.autoRead, value: !isPaused).whenFailure { _ in }
        }
    }
}

/// Hands on what a pipe brings.
private final class StreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let streams: ProcessStreams
    private let isError: Bool

    init(_ streams: ProcessStreams, isError: Bool) {
        self.streams = streams
        self.isError = isError
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.streams.received(self.unwrapInboundIn(data), isError: self.isError)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.streams.ended()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
