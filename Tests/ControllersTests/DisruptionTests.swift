// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

/// What a budget's status says about pods whose eviction was granted.
@Suite struct DisruptionTests {
    private static let key = ObjectName(namespace: "test", name: "budget")
    private static let granted = WallTime(seconds: 1_000)

    /// Three pods of a set, `web-1` in the state of the caller, and a budget at version 50 that has granted its eviction.
    private static func world(pod: JSONValue?, podsSeenUpTo version: Int64) -> ObservedObjects {
        var cache = ObservedObjects()
        cache.put(
            .statefulSets,
            ["metadata": ["namespace": "test", "name": "web", "uid": "set"], "spec": ["replicas": 3]]
        )
        cache.put(
            .podDisruptionBudgets,
            [
                "metadata": ["namespace": "test", "name": "budget", "resourceVersion": "50", "generation": 1],
                "spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "web"]]],
                "status": [
                    "observedGeneration": 1, "disruptionsAllowed": 0,
                    "disruptedPods": ["web-1": .string(Self.granted.rfc3339)],
                ],
            ]
        )
        for pod in [Self.pod("web-0"), pod, Self.pod("web-2")] {
            if let pod { cache.put(.pods, pod) }
        }
        cache.observed(.pods, version: .string(String(version)))
        return cache
    }

    private static func pod(_ name: String, isTerminating: Bool = false, createdAt seconds: Int64 = 900) -> JSONValue {
        var pod: JSONValue = [
            "metadata": [
                "namespace": "test", "name": .string(name), "uid": .string(name), "labels": ["app": "web"],
                "creationTimestamp": .string(WallTime(seconds: seconds).rfc3339),
                "ownerReferences": [
                    ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "set", "controller": true]
                ],
            ],
            "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]],
        ]
        if isTerminating {
            pod["metadata", "deletionTimestamp"] = .string((Self.granted + .seconds(30)).rfc3339)
        }
        return pod
    }

    private static func status(_ cache: ObservedObjects, after: Duration = .seconds(5)) throws -> JSONValue {
        let plan = DisruptionReconciler().plan(for: Self.key, in: cache, now: Self.granted + after)
        return try #require(plan.actions.first?.body?["status"])
    }

    @Test("a pod that is seen going after its eviction was granted needs no note any more")
    func going() throws {
        for pod in [Self.pod("web-1", isTerminating: true), nil] {
            let status = try Self.status(Self.world(pod: pod, podsSeenUpTo: 52))
            #expect(status["disruptedPods"] == nil)
            #expect(status["currentHealthy"] == 2)
        }
    }

    @Test("an earlier life of the pod, seen late, is not taken for the one that was evicted")
    func earlierLife() throws {
        for pod in [Self.pod("web-1", isTerminating: true), nil] {
            let status = try Self.status(Self.world(pod: pod, podsSeenUpTo: 40))
            #expect(status["disruptedPods", "web-1"] != nil)
        }
        // The evicted life shows up in the late watch, Ready still: it must not count.
        let status = try Self.status(Self.world(pod: Self.pod("web-1"), podsSeenUpTo: 45))
        #expect(status["currentHealthy"] == 2)
        #expect(status["disruptionsAllowed"] == 0)
    }

    @Test("a pod made after the eviction is another one")
    func laterLife() throws {
        let status = try Self.status(Self.world(pod: Self.pod("web-1", createdAt: 1_003), podsSeenUpTo: 45))
        #expect(status["disruptedPods"] == nil)
        #expect(status["currentHealthy"] == 3)
        #expect(status["disruptionsAllowed"] == 1)
    }

    @Test("an eviction that led to nothing is given up after two minutes")
    func givenUp() throws {
        let status = try Self.status(Self.world(pod: Self.pod("web-1"), podsSeenUpTo: 60), after: .seconds(121))
        #expect(status["disruptedPods"] == nil)
        #expect(status["currentHealthy"] == 3)
    }
}
