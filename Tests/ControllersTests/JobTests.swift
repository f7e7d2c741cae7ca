// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct JobTests {
    private func world(_ extra: JSONValue = .emptyObject) throws -> PlanWorld {
        var world = PlanWorld([(JobReconciler(), .jobs)])
        var spec: JSONValue = [
            "completions": 1, "parallelism": 1, "backoffLimit": 6, "selector": ["matchLabels": ["job-name": "j"]],
            "template": [
                "metadata": ["labels": ["job-name": "j"]],
                "spec": ["restartPolicy": "Never", "containers": [["name": "app", "image": "app:1"]]],
            ],
        ]
        for (key, value) in extra.object ?? [:] { spec[key] = value }
        try world.create(.jobs, ["metadata": ["name": "j", "namespace": .string(PlanWorld.namespace)], "spec": spec])
        return world
    }

    private func job(_ world: PlanWorld) -> JSONValue { world.api.objects.objects(.jobs).first ?? .null }

    private func finish(_ world: inout PlanWorld, _ phase: String) {
        for pod in world.pods where !PodState(pod).isFinished {
            world.set(pod, phase: phase, ready: false)
            let now = JSONValue.string(world.api.now.rfc3339)
            world.api.write(.pods, ObservedObjects.key(of: pod)) {
                $0["status", "containerStatuses"] = [["name": "app", "state": ["terminated": ["finishedAt": now]]]]
            }
        }
    }

    @Test("as many pods at a time as parallelism allows, until completions have succeeded")
    func completes() throws {
        var world = try self.world(["completions": 3, "parallelism": 2])
        world.settle()
        #expect(world.pods.count == 2)
        self.finish(&world, "Succeeded")
        world.settle()
        #expect(world.pods.count == 3)
        self.finish(&world, "Succeeded")
        world.settle()
        #expect(self.job(world)["status", "succeeded"] == 3)
        #expect(self.job(world).condition("Complete")?["status"] == "True")
        #expect(self.job(world)["status", "completionTime"] != nil)
        #expect(world.events.contains("Completed: Job completed"))
    }

    @Test("a failed pod is followed by another after 10 s, then 20 s, until backoffLimit is passed")
    func backoff() throws {
        var world = try self.world(["backoffLimit": 1])
        world.settle()
        self.finish(&world, "Failed")
        world.settle()
        #expect(world.pods.count == 1)
        #expect(world.lookAgain == .seconds(10))
        world.pass(10)
        world.settle()
        #expect(world.pods.count == 2)
        self.finish(&world, "Failed")
        world.settle()
        #expect(self.job(world).condition("Failed")?["reason"] == "BackoffLimitExceeded")
        world.pass(1000)
        world.settle()
        #expect(world.pods.count == 2)
    }

    @Test("a finished Job with a time to live goes when it is over; a late one fails at its deadline")
    func times() throws {
        var world = try self.world(["ttlSecondsAfterFinished": 5, "activeDeadlineSeconds": 30])
        world.settle()
        world.pass(30)
        world.settle()
        world.run()
        world.settle()
        #expect(self.job(world).condition("Failed")?["reason"] == "DeadlineExceeded")
        world.pass(6)
        world.settle()
        #expect(world.api.objects.objects(.jobs).isEmpty)
    }
}
