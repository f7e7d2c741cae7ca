// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import KubernetesAPI
import NIOCore
import NIOPosix
import Testing

/// The `loopback` sandbox with real processes of `sh`.
@Suite(.timeLimit(.minutes(1))) struct LoopbackRuntimeTests {
    private let world: RuntimeWorld
    private var directory: TemporaryDirectory { self.world.directory }
    private var runtime: LoopbackRuntime { self.world.runtime }

    init() throws {
        self.world = try RuntimeWorld()
    }

    @Test func theEnvironmentIsWhatTheClusterTheImageAndThePodSay() async throws {
        let pod = self.world.pod(
            [
                "command": ["sh", "-c", "env; pwd"],
                "env": [
                    ["name": "PLAIN", "value": "a"],
                    ["name": "COMPOSED", "value": "$(PLAIN)-$(POD_IP)-$(UNKNOWN)"],
                    ["name": "PLACE", "value": "/data/x"],
                    ["name": "NAME", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                    ["name": "APP", "valueFrom": ["fieldRef": ["fieldPath": "metadata.labels['app']"]]],
                    ["name": "NODE", "valueFrom": ["fieldRef": ["fieldPath": "spec.nodeName"]]],
                    ["name": "CPU", "valueFrom": ["resourceFieldRef": ["resource": "requests.cpu", "divisor": "1m"]]],
                    ["name": "KEY", "valueFrom": ["configMapKeyRef": ["name": "settings", "key": "k"]]],
                    [
                        "name": "GONE",
                        "valueFrom": ["configMapKeyRef": ["name": "none", "key": "k", "optional": true]],
                    ],
                ],
                "envFrom": [["prefix": "CM_", "configMapRef": ["name": "settings"]]],
                "resources": ["requests": ["cpu": "500m"]],
                "volumeMounts": [["name": "data", "mountPath": "/data"]],
            ],
            spec: ["volumes": [["name": "data", "emptyDir": [:]]], "hostname": "host-0"]
        )
        let inputs = PodInputs(configMaps: ["settings": KeyedContent(data: ["k": "v"])])
        let exit = try await self.world.run(pod, inputs: inputs)
        #expect(exit.code == 0)
        let lines = try await self.world.log(pod).split(separator: "\n").map(String.init)
        let root = "\(self.directory.path)/pods/uid-web-0"
        for line in [
            "PLAIN=a", "COMPOSED=a-127.99.1.1-$(UNKNOWN)", "PLACE=\(root)/volumes/data/x", "NAME=web-0", "APP=web",
            "NODE=node-1", "CPU=500", "KEY=v", "CM_k=v", "HOSTNAME=host-0", "POD_IP=127.99.1.1", "FROM_IMAGE=yes",
            "SEATRIAL=/bin/seatrial", "CLUSTER_DNS=127.99.240.10:10053",
            "CLUSTER_DNS_SEARCH=default.svc.cluster.local,svc.cluster.local,cluster.local", "\(root)/root/app",
        ] {
            #expect(lines.contains(line), "\(line) is not in \(lines)")
        }
        #expect(lines.contains { $0.hasPrefix("PATH=/first:") })
        #expect(!lines.contains { $0.hasPrefix("GONE=") })
    }

    @Test func mountsAndImagePathsAreRewrittenAndClaimsOutliveTheirPod() async throws {
        let script =
            "echo /data/f /image/x /tmp-not; test -f /data/f && cat /data/f; echo kept > /data/f; cat /etc/cm/a/b"
        let spec: JSONValue = [
            "volumes": [
                ["name": "data", "persistentVolumeClaim": ["claimName": "data-web-0"]],
                ["name": "cm", "configMap": ["name": "settings", "items": [["key": "k", "path": "a/b"]]]],
            ]
        ]
        let container: JSONValue = [
            "command": ["sh", "-c", .string(script)],
            "volumeMounts": [["name": "data", "mountPath": "/data"], ["name": "cm", "mountPath": "/etc/cm"]],
        ]
        let inputs = PodInputs(
            configMaps: ["settings": KeyedContent(data: ["k": "text\n"])],
            claims: ["data-web-0": "pvc-1"]
        )
        let first = self.world.pod(container, name: "web-0", spec: spec)
        _ = try await self.world.run(first, inputs: inputs)
        let volume = "\(self.directory.path)/volumes/pvc-1/f"
        #expect(try await self.world.log(first) == "\(volume) /on/host/x /tmp-not\ntext\n")
        await self.runtime.removeSandbox(of: PodIdentity(of: first))
        #expect(!FileManager.default.fileExists(atPath: "\(self.directory.path)/pods/uid-web-0"))
        let second = self.world.pod(container, name: "web-1", spec: spec)
        _ = try await self.world.run(second, inputs: inputs)
        #expect(try await self.world.log(second) == "\(volume) /on/host/x /tmp-not\nkept\ntext\n")
    }

    @Test func addressesGoRoundInARing() async throws {
        let first = try await self.runtime.createSandbox(of: self.world.pod(name: "a"), inputs: PodInputs())
        #expect(try await self.runtime.createSandbox(of: self.world.pod(name: "a"), inputs: PodInputs()) == first)
        await self.runtime.removeSandbox(of: PodIdentity(of: self.world.pod(name: "a")))
        let second = try await self.runtime.createSandbox(of: self.world.pod(name: "a"), inputs: PodInputs())
        #expect((first, second) == ("127.99.1.1", "127.99.1.2"))
    }

    @Test func theImageGivesTheCommandUnlessThePodDoes() async throws {
        #expect(try await self.world.run(self.world.pod(name: "a")) == ProcessExit(code: 5))
        let exit = try await self.world.run(self.world.pod(["args": ["sh", "-c", "exit 6"]], name: "b"))
        #expect(exit == ProcessExit(code: 6))
    }

    @Test(arguments: [("absent:1", RuntimeError.Code.imageNotFound), ("x:1", .imageNotFound), ("A B", .badImageName)])
    func imagesThatAreNotThere(reference: String, code: RuntimeError.Code) async throws {
        let error = try await #require(throws: RuntimeError.self) { try await self.runtime.pull(reference) }
        #expect(error.code == code)
    }

    @Test func whatIsMissingIsNamed() async throws {
        let unbound = self.world.pod(
            spec: ["volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "c"]]]])
        let error = try await #require(throws: RuntimeError.self) {
            _ = try await self.runtime.createSandbox(of: unbound, inputs: PodInputs())
        }
        #expect(error.code == .mountFailed)
        let pod = self.world.pod(["env": [["name": "K", "valueFrom": ["secretKeyRef": ["name": "s", "key": "k"]]]]])
        let second = try await #require(throws: RuntimeError.self) { _ = try await self.world.run(pod) }
        #expect(second.code == .badConfiguration && second.message.contains("secret \"s\" not found"))
    }

    @Test func logsAreReadInPartsAndOfThePreviousLife() async throws {
        let first = self.world.pod(["command": ["sh", "-c", "for i in 1 2 3; do echo a$i; done; printf end"]])
        _ = try await self.world.run(first)
        let second = self.world.pod(["command": ["sh", "-c", "echo b"]])
        _ = try await self.world.run(second, attempt: 1)
        #expect(try await self.world.log(first) == "b\n")
        #expect(try await self.world.log(first) { $0.previous = true } == "a1\na2\na3\nend")
        let tail = try await self.world.log(first) { ($0.previous, $0.tailLines) = (true, 2) }
        #expect(tail == "a3\nend")
        let cut = try await self.world.log(first) { ($0.previous, $0.limitBytes) = (true, 4) }
        #expect(cut == "a1\na")
        let future = try await self.world.log(first) { $0.since = "2999-01-01T00:00:00Z" }
        #expect(future.isEmpty)
        let stamped = try await self.world.log(first) { $0.timestamps = true }
        #expect(stamped.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z b\n/) != nil)
        let error = try await #require(throws: RuntimeError.self) {
            try await self.world.log(self.world.pod(name: "other"))
        }
        #expect(error.code == .notFound)
    }

    @Test func aFollowedLogGoesOnUntilTheContainerEnds() async throws {
        let pod = self.world.pod([
            "command": ["sh", "-c", "echo one; trap 'echo two; exit 0' TERM; while :; do sleep 1000 & wait; done"]
        ])
        _ = try await self.runtime.createSandbox(of: pod, inputs: PodInputs())
        let identity = PodIdentity(of: pod)
        _ = try await self.runtime.start(pod.spec.containers[0], attempt: 0, in: identity) { _ in }
        var options = LogOptions()
        options.follow = true
        var text = ""
        for try await chunk in try await self.runtime.log(of: "app", in: identity, options: options) {
            if text.isEmpty { self.runtime.signal(15, to: "app", in: identity, grace: .seconds(30)) }
            text += String(buffer: chunk)
        }
        #expect(text == "one\ntwo\n")
    }

    @Test func probesRunInTheContainersPlace() async throws {
        let pod = self.world.pod(
            [
                "command": ["sh", "-c", "sleep 1000"], "volumeMounts": [["name": "data", "mountPath": "/data"]],
            ],
            spec: ["volumes": [["name": "data", "emptyDir": [:]]]]
        )
        let address = try await self.runtime.createSandbox(of: pod, inputs: PodInputs())
        let identity = PodIdentity(of: pod)
        _ = try await self.runtime.start(pod.spec.containers[0], attempt: 0, in: identity) { _ in }
        func probe(_ action: ProbeAction, timeout: Duration = .seconds(20)) async -> ProbeOutcome {
            await self.runtime.perform(action, in: pod.spec.containers[0], of: identity, timeout: timeout)
        }
        let place = await probe(.exec(command: ["sh", "-c", "cd /data && echo $POD_IP && exit 1"]))
        #expect(place == .failure(output: "\(address)\n"))
        #expect(await probe(.exec(command: ["true"])) == .success)
        let late = await probe(.exec(command: ["sh", "-c", "sleep 1000"]), timeout: .seconds(1))
        #expect(late == .failure(output: "command timed out: \"sh -c sleep 1000\" timed out after 1s"))
        let absent = await probe(.exec(command: ["no-such-program"]))
        #expect(
            absent
                == .error(
                    message: "unable to start container process: exec: \"no-such-program\": "
                        + "executable file not found in $PATH"
                )
        )

        let refused = await probe(.tcpSocket(host: nil, port: 9))
        #expect(refused == .failure(output: "dial tcp \(address):9: connect: connection refused"))
        let server = try await HTTPStub.listen(on: address)
        let port = try #require(server.localAddress?.port)
        #expect(await probe(.tcpSocket(host: nil, port: port)) == .success)
        func page(_ path: String) -> ProbeAction {
            .httpGet(host: nil, port: port, path: path, headers: [], isTLS: false)
        }
        #expect(await probe(page("/ok")) == .success)
        #expect(await probe(page("moved")) == .success)
        #expect(await probe(page("/bad")) == .failure(output: "HTTP probe failed with statuscode: 503"))
        let silent = await probe(page("/silent"), timeout: .seconds(1))
        #expect(
            silent
                == .failure(
                    output: "Get \"http://\(address):\(port)/silent\": context deadline exceeded "
                        + "(Client.Timeout exceeded while awaiting headers)"
                )
        )
        try await server.close()
        await self.runtime.removeSandbox(of: identity)
    }
}
