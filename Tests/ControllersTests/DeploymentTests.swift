// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct DeploymentTests {
    private let key = ObjectName(namespace: PlanWorld.namespace, name: "web")

    private func world(replicas: Int64 = 4, spec extra: JSONValue = .emptyObject) throws -> PlanWorld {
        var world = PlanWorld([(DeploymentReconciler(), .deployments), (ReplicaSetReconciler(), .replicaSets)])
        var spec: JSONValue = [
            "replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]], "revisionHistoryLimit": 10,
            "template": [
                "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        for (key, value) in extra.object ?? [:] { spec[key] = value }
        try world.create(
            .deployments,
            ["metadata": ["name": "web", "namespace": .string(PlanWorld.namespace)], "spec": spec]
        )
        return world
    }

    private func setImage(_ image: String, _ world: inout PlanWorld) {
        world.edit(.deployments, "web") {
            $0["spec", "template", "spec", "containers"] = [["name": "app", "image": .string(image)]]
        }
    }

    private func images(_ world: PlanWorld) -> [String] {
        world.pods.filter { !$0.isTerminating }.compactMap {
            $0["spec", "containers"]?.array?.first?["image"]?.string
        }.sorted()
    }

    private func deployment(_ world: PlanWorld) -> JSONValue { world.api.object(.deployments, self.key) ?? .null }

    @Test("create: a ReplicaSet with its pods, revision 1, conditions that say it is done")
    func create() throws {
        var world = try self.world()
        world.converge()
        #expect(self.images(world) == ["app:1", "app:1", "app:1", "app:1"])
        let deployment = self.deployment(world)
        #expect(deployment["metadata", "annotations", "deployment.kubernetes.io/revision"] == "1")
        #expect(deployment["status", "availableReplicas"] == 4)
        #expect(deployment.condition("Available")?["status"] == "True")
        #expect(deployment.condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
        let set = try #require(world.api.objects.objects(.replicaSets).first)
        #expect(set.name == "web-\(set["metadata", "labels", "pod-template-hash"]?.string ?? "")")
        #expect(world.events.contains("ScalingReplicaSet: Scaled up replica set \(set.name) from 0 to 4"))
    }

    @Test(
        "rolling update: at least 3 of 4 available and at most 5 pods at any time; undo gives the old set a new number"
    )
    func rolling() throws {
        var world = try self.world()
        world.converge()
        self.setImage("app:2", &world)
        for _ in 0..<20 {
            world.settle()
            #expect(world.pods.count { PodState($0).isReady && !$0.isTerminating } >= 3)
            #expect(world.pods.count { !$0.isTerminating } <= 5)
            world.run()
        }
        #expect(self.images(world) == ["app:2", "app:2", "app:2", "app:2"])
        self.setImage("app:1", &world)
        world.converge()
        #expect(self.images(world) == ["app:1", "app:1", "app:1", "app:1"])
        #expect(world.api.objects.objects(.replicaSets).count == 2)
        #expect(self.deployment(world)["metadata", "annotations", "deployment.kubernetes.io/revision"] == "3")
    }

    @Test("a broken image stops the rollout with three old pods serving, and the deadline says so")
    func broken() throws {
        var world = try self.world(spec: ["progressDeadlineSeconds": 60])
        world.converge()
        self.setImage("app:bad", &world)
        for _ in 0..<5 {
            world.settle()
            for pod in world.pods where pod.isTerminating {
                try world.api.delete(.pods, ObservedObjects.key(of: pod), isForced: true)
            }
        }
        #expect(self.images(world).count { $0 == "app:1" } == 3)
        world.pass(61)
        world.settle()
        #expect(self.deployment(world).condition("Progressing")?["reason"] == "ProgressDeadlineExceeded")
        self.setImage("app:1", &world)
        world.converge()
        #expect(self.images(world) == ["app:1", "app:1", "app:1", "app:1"])
    }

    @Test("paused: scaling works, a new template waits; Recreate takes all down first")
    func pausedAndRecreate() throws {
        var world = try self.world()
        world.converge()
        world.edit(.deployments, "web") { $0["spec", "paused"] = true }
        self.setImage("app:2", &world)
        world.edit(.deployments, "web") { $0["spec", "replicas"] = 6 }
        world.converge()
        #expect(self.images(world) == Array(repeating: "app:1", count: 6))
        #expect(self.deployment(world).condition("Progressing")?["reason"] == "DeploymentPaused")
        world.edit(.deployments, "web") {
            $0["spec", "paused"] = nil
            $0["spec", "strategy"] = ["type": "Recreate"]
        }
        world.settle()
        #expect(self.images(world) == [])
        world.converge()
        #expect(self.images(world) == Array(repeating: "app:2", count: 6))
    }

    @Test("scale down takes pods that are not Ready first")
    func scaleDown() throws {
        var world = try self.world()
        world.converge()
        let victim = world.pods[2]
        world.set(victim, phase: "Running", ready: false)
        world.edit(.deployments, "web") { $0["spec", "replicas"] = 3 }
        world.settle()
        #expect(world.pods.filter(\.isTerminating).map(\.name) == [victim.name])
    }
}
