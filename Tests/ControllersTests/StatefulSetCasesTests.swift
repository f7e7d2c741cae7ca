// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

/// The named cases of SEMANTICS.md, section 4.
@Suite struct StatefulSetCasesTests {
    private static let typeOnly: JSONValue = ["type": "RollingUpdate"]

    private static func partition(_ number: Int64) -> JSONValue {
        ["type": "RollingUpdate", "rollingUpdate": ["partition": .integer(number)]]
    }

    @Test("create: one pod at a time, each after the one before is Ready")
    func creation() throws {
        var world = try SetWorld()
        world.settle()
        #expect(world.pods == "0:1P")
        world.ready(0)
        world.settle()
        #expect(world.pods == "0:1R 1:1P")
        #expect(world.waiting == WaitingReason(.notReady, "web-1"))
        #expect(world.events.contains("SuccessfulCreate: Create Pod web-0 in StatefulSet web successful"))
    }

    @Test("create in parallel: all pods at once")
    func parallelCreation() throws {
        var world = try SetWorld(policy: "Parallel")
        world.settle()
        #expect(world.pods == "0:1P 1:1P 2:1P")
    }

    @Test("rolling update: 2, 1, 0, each Ready before the next; the revision becomes current at the end")
    func rollingUpdate() throws {
        var world = try SetWorld.running()
        let old = world.status["currentRevision"]
        world.setImage("app:2")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1T")
        #expect(world.status["currentRevision"] == old)
        #expect(world.status["currentReplicas"] == 2)
        #expect(world.status["updatedReplicas"] == nil)
        world.reap()
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:2P")
        #expect(world.waiting == WaitingReason(.notReady, "web-2"))
        world.ready(2)
        #expect(world.roll() == ["web-1", "web-0"])
        #expect(world.pods == "0:2R 1:2R 2:2R")
        #expect(world.status["currentRevision"] == world.status["updateRevision"])
        #expect(world.status["currentReplicas"] == 3)
    }

    @Test("a: a broken update under OrderedReady stays stuck after a revert; a manual delete heals it")
    func brokenOrdered() throws {
        var world = try SetWorld.running()
        world.setImage("app:bad")
        world.settle()
        world.reap()
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:badP")
        world.setImage("app:1")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:badP")
        #expect(world.waiting == WaitingReason(.notReady, "web-2"))
        try world.kill(2)
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1P")
    }

    @Test("b: under Parallel the revert heals by itself")
    func brokenParallel() throws {
        var world = try SetWorld.running(policy: "Parallel")
        world.setImage("app:bad")
        world.settle()
        world.reap()
        world.settle()
        world.setImage("app:1")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:badT")
    }

    @Test("c: with the gate MaxUnavailableStatefulSet the broken pod uses the allowance up: stuck under Parallel too")
    func brokenWithGate() throws {
        var world = try SetWorld.running(policy: "Parallel")
        world.reconciler.options.maxUnavailableGate = true
        world.setImage("app:bad")
        world.settle()
        world.reap()
        world.settle()
        world.setImage("app:1")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:badP")
        #expect(world.waiting?.code == .maxUnavailable)
    }

    @Test("the gate: as many pods go as maxUnavailable leaves room for, from the highest ordinal")
    func maxUnavailable() throws {
        let strategy: JSONValue = ["type": "RollingUpdate", "rollingUpdate": ["partition": 0, "maxUnavailable": 2]]
        var world = try SetWorld.running(replicas: 5, policy: "Parallel", strategy: strategy)
        world.reconciler.options.maxUnavailableGate = true
        world.setImage("app:2")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1R 3:1T 4:1T")
    }

    @Test("d: pod 0 not Ready: Parallel takes the highest down as well, OrderedReady does nothing")
    func lowPodDown() throws {
        var parallel = try SetWorld.running(policy: "Parallel")
        parallel.unready(0)
        parallel.setImage("app:2")
        parallel.settle()
        #expect(parallel.pods == "0:1U 1:1R 2:1T")

        var ordered = try SetWorld.running()
        ordered.unready(0)
        ordered.setImage("app:2")
        ordered.settle()
        #expect(ordered.pods == "0:1U 1:1R 2:1R")
        #expect(ordered.waiting == WaitingReason(.notReady, "web-0"))
    }

    @Test("e: below the partition a lost pod comes back at the current revision")
    func belowPartition() throws {
        var world = try SetWorld.running(strategy: Self.partition(3))
        world.setImage("app:2")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1R")
        try world.kill(1)
        world.settle()
        #expect(world.pods == "0:1R 1:1P 2:1R")
    }

    @Test("f: a pod lost in mid-update comes back at the update revision where rollingUpdate is set")
    func lostInMidUpdate() throws {
        var world = try SetWorld.running()
        world.setImage("app:2")
        world.settle()
        world.reap()
        try world.kill(0)
        world.settle()
        #expect(world.pods == "0:2P 1:1R")
    }

    @Test("f: with the type alone, a lost pod comes back by the count of current pods: kafka-1 new, kafka-0 old")
    func lostInMidUpdateTypeOnly() throws {
        var world = try SetWorld.running(strategy: Self.typeOnly)
        world.setImage("app:2")
        world.settle()
        world.reap()
        world.settle()
        world.ready(2)
        // Sees web-1 going, so that the count of current pods is 1, and with web-0 gone as well 0 …
        world.settle()
        #expect(world.pods == "0:1R 1:1T 2:2R")
        world.reap()
        world.settle()
        #expect(world.pods == "0:1R 1:2P 2:2R")
        try world.kill(0)
        world.sync()
        #expect(world.pods == "0:1P 1:2P 2:2R")
    }

    @Test("with the type alone, a broken pod that vanishes unseen comes back broken, one seen going comes back good")
    func brokenCurrentTypeOnly() throws {
        // A set without pods takes its template for current at once.
        var world = try SetWorld(replicas: 0, strategy: Self.typeOnly)
        world.setImage("app:2")
        world.settle()
        world.scale(2)
        world.settle()
        world.setImage("app:3")
        world.settle()
        #expect(world.pods == "0:2P")
        // The status counts the pod that is gone as a current one still, and that decides.
        try world.kill(0)
        world.settle()
        #expect(world.pods == "0:2P")
        try world.delete(0)
        world.settle()
        #expect(world.status["currentReplicas"] == nil)
        world.reap()
        world.settle()
        #expect(world.pods == "0:3P")
    }

    @Test("f2: partition 2 of 4, to 0 and back to 2: the new pods are at the new revision")
    func scaledToZero() throws {
        var world = try SetWorld.running(replicas: 4, strategy: Self.partition(2))
        world.setImage("app:2")
        _ = world.roll()
        #expect(world.pods == "0:1R 1:1R 2:2R 3:2R")
        world.scale(0)
        _ = world.roll()
        #expect(world.pods == "")
        world.scale(2)
        _ = world.roll()
        #expect(world.pods == "0:2R 1:2R")
    }

    @Test("g: back to the old template in mid-update: its revision gets the highest number, only new pods are replaced")
    func revertInMidUpdate() throws {
        var world = try SetWorld.running()
        world.setImage("app:2")
        world.settle()
        world.reap()
        world.settle()
        world.ready(2)
        #expect(world.revisions == "1:1 2:2")
        world.setImage("app:1")
        #expect(world.roll() == ["web-2"])
        #expect(world.revisions == "2:2 3:1")
        #expect(world.pods == "0:1R 1:1R 2:1R")
    }

    @Test("h: a change of labels or annotations of the set alone restarts nothing")
    func metadataOnly() throws {
        var world = try SetWorld.running()
        world.edit { $0["metadata", "annotations", "note"] = "x" }
        #expect(world.roll().isEmpty)
        #expect(world.revisions == "1:1")
    }

    @Test("i: scale-down and a new template in one patch: the scale-down comes first")
    func scaleDownFirst() throws {
        var world = try SetWorld.running()
        world.edit {
            $0["spec", "replicas"] = 2
            $0["spec", "template", "spec", "containers"] = [["name": "app", "image": "app:2"]]
        }
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1T")
        #expect(world.roll() == ["web-2", "web-1", "web-0"])
        #expect(world.pods == "0:2R 1:2R")
    }

    @Test("j: minReadySeconds: the next pod goes that long after the one before became Ready, and the plan says when")
    func minReadySeconds() throws {
        var world = try SetWorld.running(minReadySeconds: 30)
        world.setImage("app:2")
        world.settle()
        world.reap()
        world.settle()
        world.ready(2)
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:2R")
        #expect(world.waiting == WaitingReason(.notAvailable, "web-2"))
        #expect(world.lookAgain == .seconds(30))
        world.pass(29)
        world.settle()
        #expect(world.lookAgain == .seconds(1))
        world.pass(1)
        world.settle()
        #expect(world.pods == "0:1R 1:1T 2:2R")
    }

    @Test("k: a failed pod is deleted and made anew in two syncs")
    func failedPod() throws {
        var world = try SetWorld.running()
        world.fail(1)
        world.sync()
        #expect(world.pods == "0:1R 2:1R")
        world.sync()
        #expect(world.pods == "0:1R 1:1P 2:1R")
    }

    @Test("l: a pod of another set with the same labels is not stolen")
    func overlappingSelector() throws {
        var world = try SetWorld.running(replicas: 1)
        try world.api.create(
            .pods,
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": ["name": "other-0", "namespace": "test", "labels": ["app": "web"]],
            ]
        )
        world.settle()
        let other = world.api.object(.pods, ObjectName(namespace: "test", name: "other-0"))
        #expect(other.map(OwnerReference.all(of:)) == [])
    }

    @Test("m: orphaned pods are adopted without a restart when their revision matches")
    func adoption() throws {
        var world = try SetWorld.running()
        let spec = world.set["spec"] ?? .null
        for resource in [GroupVersionResource.pods, .controllerRevisions] {
            for key in world.api.objects.keys(resource) {
                world.api.write(resource, key) { $0["metadata", "ownerReferences"] = nil }
            }
        }
        try world.api.delete(.statefulSets, world.key)
        try world.api.create(
            .statefulSets,
            [
                "apiVersion": "apps/v1", "kind": "StatefulSet", "spec": spec,
                "metadata": ["name": "web", "namespace": "test"],
            ]
        )
        let uids = world.api.objects.objects(.pods).map(\.uid)
        world.settle()
        #expect(world.api.objects.objects(.pods).map(\.uid) == uids)
        for pod in world.api.objects.objects(.pods) {
            #expect(OwnerReference.controller(of: pod)?.uid == world.set.uid)
        }
        #expect(world.revisions == "1:1")
    }

    @Test("n: at most revisionHistoryLimit revisions that nothing uses are kept")
    func historyLimit() throws {
        var world = try SetWorld.running(replicas: 1)
        for number in 2...14 {
            world.setImage("app:\(number)")
            _ = world.roll()
        }
        // The last one is live, ten are history.
        #expect(world.revisions.split(separator: " ").count == 11)
        #expect(world.revisions.hasPrefix("4:4 "))
    }

    @Test("a relabelled pod is released; its name blocks the ordinal")
    func release() throws {
        var world = try SetWorld.running()
        world.api.write(.pods, ObjectName(namespace: "test", name: "web-1")) {
            $0["metadata", "labels", "app"] = "mine"
        }
        world.sync()
        let pod = world.api.object(.pods, ObjectName(namespace: "test", name: "web-1"))
        #expect(pod.map(OwnerReference.all(of:)) == [])
        world.sync()
        #expect(world.failure == "pods \"web-1\" already exists")
        #expect(world.pods == "0:1R 1:1R 2:1R")
    }

    @Test("OnDelete: nothing is deleted; a pod that somebody deletes comes back new; currentRevision stays")
    func onDelete() throws {
        var world = try SetWorld.running(strategy: ["type": "OnDelete"])
        let old = world.status["currentRevision"]
        world.setImage("app:2")
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1R")
        #expect(world.waiting?.code == .onDelete)
        for ordinal in 0..<3 { try world.kill(ordinal) }
        for _ in 0..<3 {
            world.settle()
            world.allReady()
        }
        world.settle()
        #expect(world.pods == "0:2R 1:2R 2:2R")
        #expect(world.status["currentRevision"] == old)
        #expect(world.status["currentReplicas"] == nil)
    }

    @Test("scale-down under OrderedReady waits for an unready pod below, but takes the first unready one itself")
    func orderedScaleDown() throws {
        var world = try SetWorld.running()
        world.unready(2)
        world.scale(1)
        world.settle()
        #expect(world.pods == "0:1R 1:1R 2:1T")

        var blocked = try SetWorld.running()
        blocked.unready(0)
        blocked.scale(1)
        blocked.settle()
        #expect(blocked.pods == "0:1U 1:1R 2:1R")
    }

    @Test("start ordinal: pods from there on; those below are condemned")
    func startOrdinal() throws {
        var world = try SetWorld.running(replicas: 2)
        world.edit { $0["spec", "ordinals", "start"] = 1 }
        world.settle()
        world.allReady()
        world.settle()
        #expect(world.pods == "0:1T 1:1R 2:1R")
    }

    @Test("a set in deletion writes its status and touches no pod")
    func deleting() throws {
        var world = try SetWorld.running()
        world.edit { $0["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        try world.kill(2)
        world.settle()
        #expect(world.pods == "0:1R 1:1R")
        #expect(world.status["replicas"] == 2)
        #expect(world.waiting?.code == .deleting)
    }
}
