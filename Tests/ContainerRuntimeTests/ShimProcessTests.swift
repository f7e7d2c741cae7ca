// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import NIOCore
import NIOPosix
import Testing

/// The shim with real processes. Each is known by its id, never by its name.
@Suite(.timeLimit(.minutes(1))) struct ShimProcessTests {
    private func start(_ script: String, log: String? = nil) async throws -> ShimProcess {
        let launch = ShimLaunch(
            command: ["sh", "-c", script],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: "/",
            log: log
        )
        return try await ShimProcess.start(
            shim: Shim.path,
            launch: launch,
            group: .singletonMultiThreadedEventLoopGroup,
            pool: .singleton
        )
    }

    @Test func theExitCodeAndTheOutputComeBack() async throws {
        let process = try await self.start("echo out; echo err >&2; exit 3")
        let exit = try await process.gone.get()
        let output = try await process.output.get()
        #expect(exit == ProcessExit(code: 3))
        #expect(output == "out\nerr\n")
    }

    @Test func aSignalEndsTheFirstProcessAndThenTheRest() async throws {
        // It signals itself, so that its trap is there by then; the shim's own signal is the same kill.
        let process = try await self.start("sleep 1000 & echo $!; trap 'exit 7' TERM; kill -TERM $$; wait")
        let exit = try await process.gone.get()
        let child = try #require(Int32(try await process.output.get().trimmingCharacters(in: .newlines)))
        #expect(exit == ProcessExit(code: 7))
        #expect(Shim.isGone(child))
        let signalled = try await self.start("sleep 1000")
        signalled.signal(15, grace: .seconds(30))
        let end = try await signalled.gone.get()
        #expect(end == ProcessExit(code: 143, signal: 15))
    }

    @Test func whatIgnoresTheEndIsKilled() async throws {
        let process = try await self.start("(trap '' TERM; echo here; while :; do sleep 1000; done) & exit 0")
        let exit = try await process.gone.get()
        #expect(exit == ProcessExit(code: 0))
        let killed = try await self.start("trap '' TERM; echo; while :; do sleep 1000; done")
        killed.signal(15, grace: .seconds(1000))
        killed.signal(9)
        let end = try await killed.gone.get()
        #expect(end == ProcessExit(code: 137, signal: 9))
    }

    @Test func closingThePipeKillsEverything() async throws {
        let process = try await self.start("setsid sleep 1000 & echo $!; sleep 1001 & echo $!; wait")
        process.close()
        let exit = try await process.gone.get()
        #expect(exit.signal == 9)
        #expect(Shim.isGone(process.processID))
    }

    @Test func aProgramThatIsNotThereSaysSo() async throws {
        let launch = ShimLaunch(command: ["no-such-program"], environment: ["PATH": "/bin"], directory: "/")
        let error = try await #require(throws: RuntimeError.self) {
            _ = try await ShimProcess.start(
                shim: Shim.path,
                launch: launch,
                group: .singletonMultiThreadedEventLoopGroup,
                pool: .singleton
            )
        }
        #expect(
            error.message
                == "unable to start container process: exec: \"no-such-program\": executable file not found in $PATH"
        )
    }

    /// A control plane is killed with -9; its shim sees the pipe close.
    @Test func nothingOutlivesAKilledControlPlane() async throws {
        let directory = try TemporaryDirectory()
        let pool = NIOThreadPool(numberOfThreads: 1)  // what blocks here must not hold up the runtime's own pool
        pool.start()
        let (pids, last) = try await pool.runIfActive {
            let plane = Process()
            plane.executableURL = URL(filePath: "/bin/sh")
            plane.currentDirectoryURL = URL(filePath: directory.path)
            // The plane holds the control pipe's write end; the other pipes are read here, which waits for their writers.
            plane.arguments = [
                "-c",
                """
                mkfifo control status child && touch made
                "$0" --directory "$PWD" -- sh -c 'setsid sleep 1000 & echo $! > child; sleep 1001' 3<control 4>status &
                exec 9>control
                exec sleep 1000
                """,
                Shim.path,
            ]
            try plane.run()
            func pipe(_ name: String) throws -> FileHandle {
                while true {
                    let path = "\(directory.path)/\(name)"
                    guard FileManager.default.fileExists(atPath: "\(directory.path)/made") else { continue }
                    return try FileHandle(forReadingFrom: URL(filePath: path))
                }
            }
            let status = try pipe("status")
            let child = String(decoding: try pipe("child").readToEnd() ?? Data(), as: UTF8.self)
            kill(plane.processIdentifier, SIGKILL)
            // To its end, which is the shim's own.
            let lines = String(decoding: try status.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
            let first = try #require(lines.first?.split(separator: " ").last.flatMap { Int32($0) })
            let second = try #require(Int32(child.trimmingCharacters(in: .newlines)))
            return ([first, second], String(lines.last ?? ""))
        }
        try await pool.shutdownGracefully()
        #expect(last == "killed 9")
        for pid in pids { #expect(Shim.isGone(pid)) }
    }
}
