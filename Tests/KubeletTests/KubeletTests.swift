// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ContainerRuntime
import Foundation
import JSON
import Kubelet
import KubernetesAPI
import KubernetesClient
import Testing

/// The kubelet between a real API server and real processes.
@Suite(.timeLimit(.minutes(1))) struct KubeletTests {
    private let world: NodeWorld

    init() throws {
        self.world = try NodeWorld()
    }

    @Test func aPodRunsBecomesReadyAndGoes() async throws {
        let world = self.world
        let runtime = world.loopbackRuntime()
        try await world.withKubelet(runtime) {
            let script = "echo hello; trap 'exit 0' TERM; touch $HOME/up; while :; do sleep 1000 & wait; done"
            let pod = try await world.create(
                "web-0",
                [
                    "command": ["sh", "-c", .string(script)],
                    "readinessProbe": ["exec": ["command": ["sh", "-c", "test -e $HOME/up"]], "periodSeconds": 1],
                ]
            )
            let ready = try await world.pods { $0.first?.isRunningAndReady ?? false }
            let status = try #require(ready.first?.status)
            #expect(status.podIP == world.block.podPrefix(1) + "1")
            #expect(status.hostIP == world.block.nodeAddress(1))
            #expect(status.containerStatuses.first?.restartCount == 0)

            let log = try await world.get("/containerLogs/default/web-0/app")
            #expect(log.hasPrefix("HTTP/1.1 200 OK") && log.contains("hello\n"), "\(log)")
            let absent = try await world.get("/containerLogs/default/web-9/app")
            #expect(absent.hasPrefix("HTTP/1.1 404"))
            let previous = try await world.get("/containerLogs/default/web-0/app?previous=true")
            #expect(previous.contains("previous terminated container \"app\" in pod \"web-0\" not found"))
            let health = try await world.get("/healthz")
            #expect(health.hasSuffix("ok"))

            let identity = PodIdentity(of: pod)
            let process = try #require(runtime.processID(of: "app", in: identity))
            try await world.client.delete(Pod.self, "web-0", namespace: "default")
            try await world.pods { $0.isEmpty }
            #expect(kill(process, 0) != 0)
            let events = try await world.objects(Event.self) { events in events.contains { $0.reason == "Killing" } }
            let reasons = Set(events.map(\.reason))
            #expect(reasons.isSuperset(of: ["Pulled", "Created", "Started", "Killing"]), "\(reasons)")
        }
    }

    @Test func aContainerThatEndsIsStartedAgainAndItsLogsStay() async throws {
        let world = self.world
        try await world.withKubelet(world.loopbackRuntime()) {
            _ = try await world.create("web-0", ["command": ["sh", "-c", "echo life; exit 3"]])
            let pods = try await world.pods { $0.first?.status.containerStatuses.first?.restartCount ?? 0 >= 2 }
            let container = try #require(pods.first?.status.containerStatuses.first)
            #expect(container.lastState.terminated?.exitCode == 3)
            let log = try await world.get("/containerLogs/default/web-0/app?previous=true")
            #expect(log.contains("life\n"))
        }
    }

    @Test func whatRunsEndsWithTheKubelet() async throws {
        let world = self.world
        let runtime = world.loopbackRuntime()
        let (processes, found) = AsyncStream<Int32>.makeStream()
        try await world.withKubelet(runtime) {
            let pod = try await world.create("web-0", ["command": ["sleep", "1000"]])
            try await world.pods { $0.first?.status.phase == "Running" }
            found.yield(try #require(runtime.processID(of: "app", in: PodIdentity(of: pod))))
            found.finish()
        }
        for await process in processes { #expect(kill(process, 0) != 0) }
        let pod = try await world.client.get(Pod.self, "web-0", namespace: "default")
        #expect(pod.status.phase == "Running")  // a node that fails leaves its pods' objects as they are

        // A kubelet that comes back takes the pod up again, as a further life.
        try await world.withKubelet(world.loopbackRuntime()) {
            let pods = try await world.pods { $0.first?.status.containerStatuses.first?.restartCount == 1 }
            #expect(
                pods.first?.status.containerStatuses.first?.lastState.terminated?.reason == "ContainerStatusUnknown"
            )
        }
    }

    @Test func claimsAndConfigMapsAreMounted() async throws {
        let world = self.world
        let client = world.client
        try await client.send(
            APIRequest(
                .create,
                .configMaps,
                namespace: "default",
                body: ["metadata": ["name": "settings"], "data": ["greeting": "moin\n"]]
            )
        )
        try await client.send(
            APIRequest(
                .create,
                .persistentVolumeClaims,
                namespace: "default",
                body: [
                    "metadata": ["name": "data"],
                    "spec": [
                        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
                        "volumeName": "pv-1",
                    ],
                ]
            )
        )
        try await world.withKubelet(world.loopbackRuntime()) {
            _ = try await world.create(
                "web-0",
                [
                    "command": ["sh", "-c", "cat /etc/cm/greeting > /data/out; exec sleep 1000"],
                    "volumeMounts": [["name": "data", "mountPath": "/data"], ["name": "cm", "mountPath": "/etc/cm"]],
                ],
                spec: [
                    "volumes": [
                        ["name": "data", "persistentVolumeClaim": ["claimName": "data"]],
                        ["name": "cm", "configMap": ["name": "settings"]],
                    ]
                ]
            )
            // The pod waits until its claim is bound, which a controller does.
            try await world.pods { $0.first?.status.phase == "Pending" }
            _ = try await client.patch(
                PersistentVolumeClaim.self,
                "data",
                namespace: "default",
                subresource: "status",
                ["status": ["phase": "Bound"]]
            )
            try await world.pods { $0.first?.status.phase == "Running" }
        }
        let file = "\(world.directory)/volumes/pv-1/out"
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test func theNodeIsRegisteredAndReady() async throws {
        let world = self.world
        try await world.withKubelet(SimulatedRuntime(podAddressPrefix: world.block.podPrefix(1))) {
            let nodes = try await world.objects(Node.self) { $0.first?.isReady ?? false }
            let node = try #require(nodes.first)
            #expect(node.metadata.name == "node-1")
            #expect(node.metadata.labels["kubernetes.io/hostname"] == "node-1")
            #expect(node.status.addresses.first?.address == world.block.nodeAddress(1))
            #expect(node.status.capacity["pods"] == Quantity(110))
        }
    }

    @Test func aHundredSimulatedPodsRunAndGo() async throws {
        let world = self.world
        try await world.withKubelet(SimulatedRuntime(podAddressPrefix: world.block.podPrefix(1))) {
            for index in 0..<100 {
                _ = try await world.create("web-\(index)", ["readinessProbe": ["exec": ["command": ["check"]]]])
            }
            let pods = try await world.pods { pods in pods.count == 100 && pods.allSatisfy(\.isRunningAndReady) }
            #expect(Set(pods.map(\.status.podIP)).count == 100)
            for index in 0..<100 { try await world.client.delete(Pod.self, "web-\(index)", namespace: "default") }
            try await world.pods { $0.isEmpty }
        }
    }
}
