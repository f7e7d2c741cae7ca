// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct RolloutExplanationTests {
    private func text(_ world: SetWorld) throws -> String {
        let explainer = try #require(
            StatefulSetExplainer(
                world.key,
                options: world.reconciler.options,
                in: world.api.objects,
                now: world.api.now
            )
        )
        return explainer.explanation.description
    }

    @Test("a broken update: the pod, why it is not Ready, the rule, the ways out")
    func broken() throws {
        var world = try SetWorld.running()
        #expect(try self.text(world).hasPrefix("sts/web is rolled out: 3 of 3"))
        world.setImage("app:bad")
        world.settle()
        world.reap()
        world.settle()
        world.api.write(.pods, ObjectName(namespace: SetWorld.namespace, name: "web-2")) {
            $0["status", "containerStatuses"] = [
                ["name": "app", "ready": false, "state": ["waiting": ["reason": "ImagePullBackOff"]]]
            ]
        }
        let text = try self.text(world)
        #expect(text.contains("sts/web is on its way from web-"))
        #expect(text.contains("container app waits: ImagePullBackOff"))
        #expect(text.contains("Rule: OrderedReady"))
        #expect(text.contains("kubectl -n test rollout undo sts/web"))
        #expect(text.contains("kubectl -n test delete pod web-2"))
    }

    @Test("a budget that is used up: its sum, and that the update goes on by itself")
    func budget() throws {
        var world = try SetWorld.running(budget: .respected)
        try world.api.create(
            .podDisruptionBudgets,
            [
                "metadata": ["name": "web", "namespace": .string(SetWorld.namespace)],
                "spec": ["maxUnavailable": 0, "selector": ["matchLabels": ["app": "web"]]],
            ]
        )
        world.settle()
        world.setImage("app:2")
        world.settle()
        let text = try self.text(world)
        #expect(text.contains("maxUnavailable 0 of 3 expected pods: 3 have to be healthy, 3 are"))
        #expect(text.contains("max(0, 3 - 3) = 0 may go now"))
        #expect(text.contains("kubectl -n test get pdb"))
    }

    @Test("a partition: which pods stay, and the patch that lets the next one go")
    func partition() throws {
        var world = try SetWorld.running(strategy: ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]])
        world.setImage("app:2")
        _ = world.roll()
        #expect(try self.text(world).contains("partition is 2"))
        #expect(try self.text(world).contains("\"partition\":1"))
    }

    @Test("recovery repair: a broken pod of an abandoned update goes by itself; upstream's waits for a person")
    func repair() throws {
        for recovery in StatefulSetReconciler.Recovery.allCases {
            var world = try SetWorld.running()
            world.reconciler.options.recovery = recovery
            world.setImage("app:bad")
            world.settle()
            world.reap()
            world.settle()
            #expect(world.pods == "0:1R 1:1R 2:badP")
            world.setImage("app:1")
            world.settle()
            #expect(world.pods == (recovery == .repair ? "0:1R 1:1R 2:badT" : "0:1R 1:1R 2:badP"))
            guard recovery == .repair else { continue }
            #expect(world.events.contains { $0.hasPrefix("UpdateRepaired: Pod web-2 of revision web-") })
            world.reap()
            world.settle()
            #expect(world.pods == "0:1R 1:1R 2:1P")
        }
    }

    @Test("repair leaves a pod alone that is down for a moment, at the revision that all others have")
    func repairIsPatient() throws {
        var world = try SetWorld.running()
        world.reconciler.options.recovery = .repair
        world.unready(0)
        world.setImage("app:2")
        world.settle()
        #expect(world.pods == "0:1U 1:1R 2:1R")
    }
}
