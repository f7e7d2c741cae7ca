// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import KubernetesAPI
import NIOCore
import Testing

/// exec and attach with real processes, pipes and terminals.
@Suite(.timeLimit(.minutes(1))) struct ContainerSessionTests {
    private let world: RuntimeWorld

    init() throws {
        self.world = try RuntimeWorld()
    }

    private func start(_ container: JSONValue = ["command": ["sleep", "1000"]]) async throws -> PodIdentity {
        var container = container
        container["volumeMounts"] = [["name": "data", "mountPath": "/data"]]
        let pod = self.world.pod(container, spec: ["volumes": [["name": "data", "emptyDir": [:]]]])
        _ = try await self.world.runtime.createSandbox(of: pod, inputs: PodInputs())
        let identity = PodIdentity(of: pod)
        _ = try await self.world.runtime.start(pod.spec.containers[0], attempt: 0, in: identity) { _ in }
        return identity
    }

    private func exec(
        _ command: [String],
        in pod: PodIdentity,
        input: String? = nil,
        terminal: Bool = false
    ) async throws -> (code: Int32, output: String, errors: String) {
        let session = try await self.world.runtime.exec(
            command,
            in: "app",
            of: pod,
            input: input != nil,
            terminal: terminal
        )
        if let input {
            await session.write(ByteBuffer(string: input))
            await session.endInput()
        }
        var (output, errors) = ("", "")
        let exit = try await session.forEachOutput { piece in
            if piece.isError { errors += String(buffer: piece.bytes) } else { output += String(buffer: piece.bytes) }
        }
        await session.close()
        return (exit.code, output, errors)
    }

    @Test func aCommandRunsInTheContainersPlace() async throws {
        let pod = try await self.start()
        let result = try await self.exec(
            ["sh", "-c", "echo $HOSTNAME; echo no >&2; cat > /data/f; cat /data/f; exit 7"],
            in: pod,
            input: "typed\n"
        )
        #expect(result == (7, "web-0\ntyped\n", "no\n"))
        let absent = try await #require(throws: RuntimeError.self) { try await self.exec(["no-such"], in: pod) }
        #expect(absent.message.contains("executable file not found in $PATH"))
        let gone = try await #require(throws: RuntimeError.self) {
            try await self.world.runtime.exec(["true"], in: "other", of: pod, input: false, terminal: false)
        }
        #expect(gone.code == .notFound)
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func muchOutputArrivesWhole() async throws {
        let pod = try await self.start()
        let result = try await self.exec(["sh", "-c", "seq 1 200000; cat"], in: pod, input: "end")
        #expect(result.code == 0)
        #expect(result.output.utf8.count == 1_288_895 + 3)
        #expect(result.output.hasSuffix("199999\n200000\nend"))
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func archivesNameFilesAsTheContainerDoes() async throws {
        let pod = try await self.start()
        _ = try await self.exec(["sh", "-c", "echo x > /data/f"], in: pod)
        let result = try await self.exec(["tar", "cf", "-", "/data/f"], in: pod)
        #expect(result.code == 0 && result.output.hasPrefix("data/f\0"))
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func aTerminalHasASizeAndOneStream() async throws {
        let pod = try await self.start()
        let session = try await self.world.runtime.exec(
            // The size comes another way than the input does, and may come after it.
            [
                "sh", "-c",
                """
                read line; until [ "$(stty size)" = "33 111" ]; do sleep 0.01; done
                stty size; tty; echo $TERM; echo no >&2; echo $line
                """,
            ],
            in: "app",
            of: pod,
            input: true,
            terminal: true
        )
        session.resize(rows: 33, columns: 111)
        await session.write(ByteBuffer(string: "hello\n"))
        var text = ""
        let exit = try await session.forEachOutput { piece in
            #expect(!piece.isError)
            text += String(buffer: piece.bytes)
        }
        #expect(exit.code == 0)
        #expect(text.contains("33 111\r\n") && text.contains("/dev/pts/") && text.contains("xterm\r\nno\r\nhello\r\n"))
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func leavingACommandEndsItAndAllThatItStarted() async throws {
        let pod = try await self.start()
        let session = try await self.world.runtime.exec(
            ["sh", "-c", "sleep 1000 & echo $!; wait"],
            in: "app",
            of: pod,
            input: false,
            terminal: false
        )
        struct Left: Error { let process: Int32 }
        let left = try await #require(throws: Left.self) {
            _ = try await session.forEachOutput { piece in
                throw Left(process: Int32(String(buffer: piece.bytes).dropLast()) ?? 0)
            }
        }
        #expect(kill(left.process, 0) == 0)
        await session.close()
        while kill(left.process, 0) == 0 { await Task.yield() }
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func aSessionEndsWithItsContainer() async throws {
        let pod = try await self.start()
        let session = try await self.world.runtime.exec(
            ["sh", "-c", "echo up; exec sleep 1000"],
            in: "app",
            of: pod,
            input: false,
            terminal: false
        )
        let exit = try await session.forEachOutput { _ in
            self.world.runtime.signal(15, to: "app", in: pod, grace: .seconds(10))
        }
        #expect(exit.code == 137)
        await self.world.runtime.removeSandbox(of: pod)
    }

    @Test func whoAttachesSeesThePromptAndTypes() async throws {
        let pod = try await self.start([
            "command": ["sh", "-c", "printf 'prompt# '; read a; echo got $a; read b; echo $b"], "stdin": true,
            "stdinOnce": true,
        ])
        let session = try #require(try await self.world.runtime.attach(to: "app", of: pod))
        var text = ""
        let exit = try await session.forEachOutput { piece in
            text += String(buffer: piece.bytes)
            if text == "prompt# " { await session.write(ByteBuffer(string: "one\n")) }
            if text.hasSuffix("got one\n") { await session.close() }  // stdinOnce: the second read sees the end
        }
        #expect(exit.code == 0)
        #expect(text == "prompt# got one\n")
        let log = try await self.world.log(self.world.pod())
        #expect(log == "prompt# got one\n\n")
        await self.world.runtime.removeSandbox(of: pod)
    }
}
