// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct DaemonSetTests {
    private func world(
        nodes: Int = 3,
        strategy: JSONValue = ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 1, "maxSurge": 0]],
        spec extra: JSONValue = .emptyObject
    ) throws -> PlanWorld {
        var world = PlanWorld([(DaemonSetReconciler(), .daemonSets)])
        for index in 0..<nodes { try world.create(.nodes, Objects.node("node-\(index)")) }
        var spec: JSONValue = [
            "selector": ["matchLabels": ["app": "x"]], "updateStrategy": strategy, "revisionHistoryLimit": 2,
            "template": [
                "metadata": ["labels": ["app": "x"]], "spec": ["containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        for (key, value) in extra.object ?? [:] { spec[key] = value }
        try world.create(
            .daemonSets,
            ["metadata": ["name": "x", "namespace": .string(PlanWorld.namespace)], "spec": spec]
        )
        return world
    }

    private func setImage(_ image: String, _ world: inout PlanWorld) {
        world.edit(.daemonSets, "x") {
            $0["spec", "template", "spec", "containers"] = [["name": "app", "image": .string(image)]]
        }
    }

    private func images(_ world: PlanWorld) -> [String] {
        world.pods.map { pod in
            let image = pod["spec", "containers"]?.array?.first?["image"]?.string ?? ""
            return "\(DaemonSetTests.node(pod)) \(image)\(pod.isTerminating ? " going" : "")"
        }.sorted()
    }

    private static func node(_ pod: JSONValue) -> String {
        let affinity = pod["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        let term = affinity?["nodeSelectorTerms"]?.array?.first
        return term?["matchFields"]?.array?.first?["values"]?.array?.first?.string ?? ""
    }

    private func status(_ world: PlanWorld, _ field: String) -> Int64? {
        world.api.objects.objects(.daemonSets).first?["status", field]?.integer
    }

    @Test("a pod a node, with labels of its template, and tolerations beside the template's own")
    func creation() throws {
        var world = try self.world(spec: .emptyObject)
        world.edit(.daemonSets, "x") {
            $0["spec", "template", "spec", "hostNetwork"] = true
            $0["spec", "template", "spec", "tolerations"] = [["key": "mine", "operator": "Exists"]]
        }
        world.converge()
        #expect(self.images(world) == ["node-0 app:1", "node-1 app:1", "node-2 app:1"])
        let tolerations = world.pods[0]["spec", "tolerations"]?.array?.compactMap { $0["key"]?.string }
        #expect(
            tolerations?.map { $0.replacing("node.kubernetes.io/", with: "") } == [
                "mine", "not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure",
                "unschedulable", "network-unavailable",
            ]
        )
        #expect(world.pods[0]["metadata", "labels", "controller-revision-hash"]?.string?.isEmpty == false)
        #expect(self.status(world, "numberAvailable") == 3)
        #expect(self.status(world, "numberUnavailable") == nil)
        #expect(Set(world.pods.map(\.name)).count == 3)
    }

    @Test("a rolling update never has more than maxUnavailable nodes without a pod")
    func rolling() throws {
        var world = try self.world(
            nodes: 5,
            strategy: ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "30%", "maxSurge": 0]]
        )
        world.converge()
        self.setImage("app:2", &world)
        for _ in 0..<10 {
            world.settle()
            #expect(world.pods.count { !$0.isTerminating && PodState($0).isReady } >= 3)
            world.run()
        }
        #expect(self.images(world).allSatisfy { $0.hasSuffix("app:2") })
        #expect(self.status(world, "updatedNumberScheduled") == 5)
    }

    @Test("a bad image stops at one node; the way back replaces that pod alone")
    func brokenAndBack() throws {
        var world = try self.world()
        world.converge()
        let before = Set(world.pods.map(\.uid))
        self.setImage("app:bad", &world)
        world.settle()
        for pod in world.pods where pod.isTerminating {
            try world.api.delete(.pods, ObservedObjects.key(of: pod), isForced: true)
        }
        world.settle()
        #expect(world.pods.count { PodState($0).isReady } == 2)
        let key = ObjectName(namespace: PlanWorld.namespace, name: "x")
        #expect(world.waiting[key]?.code == .maxUnavailable)
        self.setImage("app:1", &world)
        world.converge()
        #expect(self.images(world) == ["node-0 app:1", "node-1 app:1", "node-2 app:1"])
        #expect(before.intersection(world.pods.map(\.uid)).count == 2)
        let numbers = world.api.objects.objects(.controllerRevisions).compactMap { $0["revision"]?.integer }
        #expect(numbers.sorted() == [2, 3])
    }

    @Test("with maxSurge the new pod is available before the old one goes")
    func surge() throws {
        var world = try self.world(
            strategy: ["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 0, "maxSurge": 1]]
        )
        world.converge()
        self.setImage("app:2", &world)
        var most = 0
        for _ in 0..<12 {
            world.settle()
            most = max(most, world.pods.count { !$0.isTerminating })
            #expect(Set(world.pods.filter { PodState($0).isReady && !$0.isTerminating }.map(Self.node)).count == 3)
            world.run()
        }
        #expect(most == 4)
        #expect(self.images(world) == ["node-0 app:2", "node-1 app:2", "node-2 app:2"])
    }

    @Test("OnDelete: a pod that somebody deletes comes back new, no other goes")
    func onDelete() throws {
        var world = try self.world(strategy: ["type": "OnDelete"])
        world.converge()
        self.setImage("app:2", &world)
        world.converge()
        #expect(self.images(world).allSatisfy { $0.hasSuffix("app:1") })
        let first = try #require(world.pods.first)
        try world.api.delete(.pods, ObservedObjects.key(of: first), isForced: true)
        world.converge()
        #expect(self.images(world).count { $0.hasSuffix("app:2") } == 1)
    }

    @Test("a failed pod goes at once, the next one on that node after a pause that doubles")
    func backoff() throws {
        var world = try self.world(nodes: 1)
        world.converge()
        func fail() { for pod in world.pods { world.set(pod, phase: "Failed", ready: false) } }
        fail()
        world.settle()
        #expect(world.events.contains { $0.hasPrefix("FailedDaemonPod: Found failed daemon pod test/x-") })
        #expect(world.pods.allSatisfy { !PodState($0).isFinished })
        fail()
        world.settle()
        #expect(world.pods.allSatisfy { PodState($0).isFinished })
        #expect(world.lookAgain == .seconds(1))
        world.pass(1)
        world.settle()
        #expect(world.pods.allSatisfy { !PodState($0).isFinished })
    }

    @Test("NoSchedule keeps new pods away and lets old ones stay; NoExecute and a lost label take them")
    func placement() throws {
        var world = try self.world(spec: .emptyObject)
        world.converge()
        func taint(_ node: String, _ effect: JSONValue) {
            world.api.write(.nodes, ObjectName(namespace: "", name: node)) {
                $0["spec", "taints"] = [["key": "k", "effect": effect]]
            }
        }
        taint("node-0", "NoSchedule")
        world.converge()
        #expect(self.images(world).count == 3)
        #expect(self.status(world, "numberMisscheduled") == 1)
        taint("node-1", "NoExecute")
        world.converge()
        #expect(self.images(world) == ["node-0 app:1", "node-2 app:1"])
        world.edit(.daemonSets, "x") { $0["spec", "template", "spec", "nodeSelector"] = ["role": "x"] }
        world.converge()
        #expect(self.images(world) == [])
        #expect(self.status(world, "desiredNumberScheduled") == 0)
    }

    @Test("old revisions that no pod uses go, down to the limit")
    func history() throws {
        var world = try self.world()
        for number in 1...6 {
            self.setImage("app:\(number)", &world)
            world.converge()
        }
        let numbers = world.api.objects.objects(.controllerRevisions).compactMap { $0["revision"]?.integer }
        #expect(numbers.sorted() == [4, 5, 6])
    }
}
