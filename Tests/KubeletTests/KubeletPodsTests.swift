// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import Kubelet
import KubernetesAPI
import KubernetesClient
import NIOCore
import Testing

/// Pods of several containers, hooks and deadlines, with real processes.
@Suite(.timeLimit(.minutes(1))) struct KubeletPodsTests {
    private let world: NodeWorld

    init() throws {
        self.world = try NodeWorld()
    }

    @Test func initContainersSidecarsAndHooksShareAVolume() async throws {
        let world = self.world
        @Sendable func container(_ name: String, _ script: String, _ more: JSONValue = [:]) -> JSONValue {
            var container = more
            container["name"] = .string(name)
            container["image"] = "busybox"
            container["command"] = ["sh", "-c", .string(script)]
            container["volumeMounts"] = [["name": "d", "mountPath": "/d"]]
            return container
        }
        try await world.withKubelet(world.loopbackRuntime()) {
            _ = try await world.create(
                "job-0",
                [
                    "command": [
                        "sh", "-c",
                        "until test -e /d/hook; do sleep 0.05; done; cat /d/init /d/hook; echo by > /dev/termination-log",
                    ],
                    "volumeMounts": [["name": "d", "mountPath": "/d"]],
                    "lifecycle": ["postStart": ["exec": ["command": ["sh", "-c", "echo hook > /d/hook"]]]],
                ],
                spec: [
                    "restartPolicy": "Never", "volumes": [["name": "d", "emptyDir": [:]]],
                    "initContainers": [
                        container(
                            "side",
                            "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done",
                            ["restartPolicy": "Always"]
                        ),
                        container("first", "echo init > /d/init"),
                    ],
                ]
            )
            let pods = try await world.pods { $0.first?.status.phase == "Succeeded" }
            let status = try #require(pods.first?.status)
            #expect(status.containerStatuses.first?.state.terminated?.message == "by\n")
            #expect(status.initContainerStatuses.map(\.state.terminated?.exitCode) == [0, 0])
            let log = try await world.get("/containerLogs/default/job-0/app")
            #expect(log.contains("init\n") && log.contains("hook\n"), "\(log)")
            // Nothing of it stays on the node but its object and its logs.
            let uid = try #require(pods.first?.metadata.uid)
            let left = "\(world.directory)/pods/\(uid)"
            let deadline = ContinuousClock.now + .seconds(30)
            while FileManager.default.fileExists(atPath: left), ContinuousClock.now < deadline { await Task.yield() }
            #expect(!FileManager.default.fileExists(atPath: left))
            try await world.client.delete(Pod.self, "job-0", namespace: "default")
            try await world.pods { $0.isEmpty }
        }
    }

    @Test func aPodThatIsActiveForTooLongFails() async throws {
        let world = self.world
        try await world.withKubelet(world.loopbackRuntime()) {
            _ = try await world.create("slow", ["command": ["sleep", "1000"]], spec: ["activeDeadlineSeconds": 1])
            let pods = try await world.pods { $0.first?.status.phase == "Failed" }
            #expect(pods.first?.status.reason == "DeadlineExceeded")
        }
    }

    @Test func fieldsWithoutEffectAreNamedOnce() async throws {
        let world = self.world
        try await world.withKubelet(SimulatedRuntime(podAddressPrefix: world.block.podPrefix(1))) {
            let container: JSONValue = [
                "securityContext": ["runAsUser": 1000], "resources": ["limits": ["cpu": "1"]],
                "volumeMounts": [["name": "d", "mountPath": "/d", "readOnly": true]],
            ]
            _ = try await world.create(
                "web-0",
                container,
                spec: ["securityContext": ["fsGroup": 1000], "volumes": [["name": "d", "emptyDir": [:]]]]
            )
            let events = try await world.objects(Event.self) { $0.contains { $0.reason == "FieldsIgnored" } }
            let messages = events.filter { $0.reason == "FieldsIgnored" }.map(\.message)
            let fields =
                "spec.securityContext, spec.containers{app}.securityContext, "
                + "spec.containers{app}.resources.limits, spec.containers{app}.volumeMounts{/d}.readOnly"
            #expect(messages == ["without effect, since containers are plain processes here: \(fields)"])
        }
    }

    @Test func aNodeThatIsShutDownLetsItsContainersEnd() async throws {
        let world = self.world
        let kubelet = world.kubelet(world.loopbackRuntime())
        let spec: JSONValue = ["volumes": [["name": "d", "hostPath": ["path": .string(world.directory)]]]]
        try await world.with(kubelet) {
            _ = try await world.create(
                "web-0",
                [
                    "command": [
                        "sh", "-c", "trap 'echo bye > /d/left; exit 0' TERM; while :; do sleep 1000 & wait; done",
                    ],
                    "volumeMounts": [["name": "d", "mountPath": "/d"]],
                    "readinessProbe": ["exec": ["command": ["true"]], "periodSeconds": 1],
                ],
                spec: spec
            )
            try await world.pods { $0.first?.isRunningAndReady ?? false }
            kubelet.allowGrace(.seconds(20))
        }
        #expect(FileManager.default.fileExists(atPath: "\(world.directory)/left"))
    }

    @Test func commandsRunAndStreamsAreJoined() async throws {
        let world = self.world
        let runtime = world.loopbackRuntime()
        let kubelet = world.kubelet(runtime)
        try await world.with(kubelet) {
            let pod = try await world.create(
                "web-0",
                ["command": ["sh", "-c", "read a; echo got $a; exit 3"], "stdin": true]
            )
            try await world.pods { $0.first?.status.phase == "Running" }
            let target = ContainerTarget(
                node: "node-1",
                namespace: "default",
                pod: "web-0",
                uid: pod.metadata.uid,
                container: "app"
            )
            let command = Collector(input: "text")
            let exit = try await kubelet.exec(
                ["sh", "-c", "cat; echo err >&2; exit 4"],
                in: target,
                streams: command.streams
            )
            #expect(exit.code == 4)
            #expect(await command.text == ["text", "err\n"])
            let absent = Collector(input: "")
            let error = await #expect(throws: (any Error).self) {
                try await kubelet.exec(["no-such"], in: target, streams: absent.streams)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("executable file not found in $PATH"))
            let attached = Collector(input: "line\n")
            // How the container ended is the pod's to tell; the streams ended well.
            #expect(try await kubelet.attach(to: target, streams: attached.streams).code == 0)
            #expect(await attached.text[0] == "got line\n")
        }
    }

    /// A client's ends of streams: sends a text and keeps what comes.
    private actor Collector {
        var text = ["", ""]
        private let input: AsyncStream<ByteBuffer>

        init(input: String) {
            let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
            continuation.yield(ByteBuffer(string: input))
            continuation.finish()
            self.input = stream
        }

        nonisolated var streams: ContainerStreams {
            ContainerStreams(
                hasTerminal: false,
                standardInput: self.input,
                sizes: AsyncStream { $0.finish() },
                outputs: [.standardOutput, .standardError]
            ) { output, bytes in await self.add(String(buffer: bytes), to: Int(output.rawValue) - 1) }
        }

        private func add(_ piece: String, to index: Int) { self.text[index] += piece }
    }
}
