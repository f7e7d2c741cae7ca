// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Reads a shim's status pipe: tells when its process started, and how it ended once nothing of it is left.
final class ShimStatusHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let started: EventLoopPromise<ShimReport>
    private let gone: EventLoopPromise<ProcessExit>
    private var line = ""
    private var hasStarted = false
    private var exit: ProcessExit?

    init(started: EventLoopPromise<ShimReport>, gone: EventLoopPromise<ProcessExit>) {
        self.started = started
        self.gone = gone
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.line += String(buffer: self.unwrapInboundIn(data))
        while let newline = self.line.firstIndex(of: "\n") {
            if let report = ShimReport(self.line[..<newline]) { self.receive(report) }
            self.line.removeSubrange(...newline)
        }
        if self.line.utf8.count > Limits.shimLineBytesMax { self.line = "" }
    }

    private func receive(_ report: ShimReport) {
        switch report {
        case .started, .failed:
            guard !self.hasStarted else { return }
            self.hasStarted = true
            self.started.succeed(report)
        case .ended(let exit):
            self.exit = exit
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if !self.hasStarted { self.started.succeed(.failed(code: 0, step: "shim ended")) }
        // Without a word of how it ended the shim itself was killed, and its processes with it.
        self.gone.succeed(self.exit ?? ProcessExit(code: 137, signal: 9))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)  // the end of the pipe is the end of the shim
    }
}

/// Collects what a probe prints, up to a limit; the rest is read and dropped.
final class OutputHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let done: EventLoopPromise<String>
    private var output = ByteBuffer()

    init(done: EventLoopPromise<String>) {
        self.done = done
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        let space = Limits.probeOutputBytesMax - self.output.readableBytes
        if var kept = bytes.readSlice(length: min(space, bytes.readableBytes)) { self.output.writeBuffer(&kept) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.done.succeed(String(buffer: self.output))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
