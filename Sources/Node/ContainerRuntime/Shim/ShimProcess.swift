// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Glibc
package import NIOCore
package import NIOPosix
import Synchronization

/// A running shim, and through it a container, probe or hook. When this process ends, for whatever reason, so does what the shim runs.
package final class ShimProcess: Sendable {
    /// The process id of what it runs.
    package let processID: Int32
    /// How it ended, once nothing of it is left.
    package let gone: EventLoopFuture<ProcessExit>
    /// What it printed, once nothing of it is left; empty where there is a log, or streams.
    package let output: EventLoopFuture<String>
    /// Its standard streams, where they were asked for.
    package let streams: ProcessStreams?
    /// The write end of the control pipe; nil once closed.
    private let control: Mutex<CInt?>

    private init(
        processID: Int32,
        control: CInt,
        gone: EventLoopFuture<ProcessExit>,
        output: EventLoopFuture<String>,
        streams: ProcessStreams?
    ) {
        self.processID = processID
        self.gone = gone
        self.output = output
        self.streams = streams
        self.control = Mutex(control)
    }

    deinit {
        self.control.withLock { if let descriptor = $0 { _ = Glibc.close(descriptor) } }
    }

    /// Runs a program under a shim; returns once it has started.
    /// - Throws: ``RuntimeError`` of code ``RuntimeError/Code/startFailed``.
    package static func start(
        shim: String,
        launch: ShimLaunch,
        group: any EventLoopGroup,
        pool: NIOThreadPool
    ) async throws -> ShimProcess {
        let spawn = try await pool.runIfActive { try ShimSpawn(shim: shim, launch: launch) }
        let loop = group.next()
        let started = loop.makePromise(of: ShimReport.self)
        let ended = loop.makePromise(of: ProcessExit.self)
        let gone = ended.futureResult.flatMap { exit in
            // The shim closed its status pipe by ending: the wait is over in an instant.
            pool.runIfActive(eventLoop: loop) {
                var status: CInt = 0
                while waitpid(spawn.pid, &status, 0) < 0, errno == EINTR {}
                return exit
            }
        }
        let printed = loop.makePromise(of: String.self)
        var streams: ProcessStreams?
        do {
            _ = try await NIOPipeBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ShimStatusHandler(started: started, gone: ended))
                }
            }.takingOwnershipOfDescriptor(input: spawn.status).get()
            if launch.streams != nil {
                printed.succeed("")
                streams = try await ProcessStreams.open(spawn, loop: loop, drops: launch.log != nil)
            } else if let output = spawn.output {
                _ = try await NIOPipeBootstrap(group: loop).channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(OutputHandler(done: printed))
                    }
                }.takingOwnershipOfDescriptor(input: output).get()
            } else {
                printed.succeed("")
            }
        } catch {
            _ = Glibc.close(spawn.control)  // the shim sees it, kills what it runs and ends
            throw RuntimeError(.startFailed, "cannot watch a process: \(error)")
        }
        let report = try await started.futureResult.get()
        switch report {
        case .started(let pid):
            if let streams { gone.whenComplete { _ in streams.processEnded() } }
            return ShimProcess(
                processID: pid,
                control: spawn.control,
                gone: gone,
                output: printed.futureResult,
                streams: streams
            )
        case .failed(let code, let step):
            _ = Glibc.close(spawn.control)
            throw RuntimeError(.startFailed, Self.reason(code: code, step: step, launch: launch))
        case .ended:
            fatalError("\(#function) \(report)")  // the handler hands over starts and failures only
        }
    }

    /// The texts of runc, which users of Kubernetes know.
    private static func reason(code: Int32, step: String, launch: ShimLaunch) -> String {
        let program = launch.command.first ?? ""
        let system = String(cString: strerror(code))
        switch step {
        case "exec" where code == ENOENT && !program.contains("/"):
            return "unable to start container process: exec: \"\(program)\": executable file not found in $PATH"
        case "exec":
            let lower = system.prefix(1).lowercased() + system.dropFirst()
            return "unable to start container process: exec: \"\(program)\": \(lower)"
        case "chdir":
            return "unable to start container process: chdir to cwd (\"\(launch.directory)\"): \(system)"
        default:
            return "unable to start container process: \(step): \(system)"
        }
    }

    /// Signals the first process; what it leaves behind has the rest of `grace`. Signal 9 goes to all at once.
    package func signal(_ number: Int32, grace: Duration? = nil) {
        let milliseconds = grace.map { " \(max(0, Int64($0 / .milliseconds(1))))" } ?? ""
        self.command("signal \(number)\(milliseconds)\n")
    }

    /// Signals every process under the shim.
    package func signalTree(_ number: Int32) {
        self.command("signal-tree \(number)\n")
    }

    /// Gives its terminal a size.
    package func resize(rows: Int, columns: Int) {
        self.command("resize \(rows) \(columns)\n")
    }

    private func command(_ text: String) {
        self.control.withLock { descriptor in
            guard let descriptor else { return }
            var text = text
            // An error means that the shim has ended already: there is nothing left to signal.
            _ = text.withUTF8 { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        }
    }

    /// Kills everything under the shim, by closing its pipe.
    package func close() {
        self.control.withLock { descriptor in
            if let open = descriptor { _ = Glibc.close(open) }
            descriptor = nil
        }
    }
}
