// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing
import Verification

@Suite("What the event log proves")
struct ClusterEventsTests {
    /// The world of three pods of a set under a budget of one, as events.
    private struct World {
        var events: [ClusterEvent] = []
        private var version: Int64 = 0

        init(maxUnavailable: JSONValue = 1) {
            self.add(
                "ADDED",
                [
                    "kind": "StatefulSet", "metadata": ["name": "kafka", "namespace": "default", "uid": "set"],
                    "spec": ["replicas": 3],
                ]
            )
            self.add(
                "ADDED",
                [
                    "kind": "PodDisruptionBudget", "metadata": ["name": "kafka-pdb", "namespace": "default"],
                    "spec": ["maxUnavailable": maxUnavailable, "selector": ["matchLabels": ["app": "kafka"]]],
                ]
            )
            for ordinal in 0..<3 { self.pod("ADDED", ordinal, life: 1, ready: true) }
        }

        mutating func add(_ type: String, _ object: JSONValue) {
            self.version += 1
            var object = object
            object["metadata", "resourceVersion"] = .string(String(self.version))
            self.events.append(ClusterEvent(time: self.version * 1_000_000_000, .object(type: type, object)))
        }

        mutating func pod(_ type: String, _ ordinal: Int, life: Int, ready: Bool, terminating: Bool = false) {
            var object: JSONValue = [
                "kind": "Pod",
                "metadata": [
                    "name": .string("kafka-\(ordinal)"), "namespace": "default", "uid": .string("\(ordinal)-\(life)"),
                    "labels": ["app": "kafka"], "ownerReferences": [["uid": "set", "controller": true]],
                ],
                "status": ["conditions": [["type": "Ready", "status": .string(ready ? "True" : "False")]]],
            ]
            if terminating { object["metadata", "deletionTimestamp"] = "2026-11-24T15:00:00Z" }
            self.add(type, object)
        }

        mutating func takeDown(_ ordinal: Int) {
            self.pod("MODIFIED", ordinal, life: 1, ready: true, terminating: true)
        }

        mutating func bringBack(_ ordinal: Int) {
            self.pod("DELETED", ordinal, life: 1, ready: false, terminating: true)
            self.pod("ADDED", ordinal, life: 2, ready: false)
            self.pod("MODIFIED", ordinal, life: 2, ready: true)
        }

        var budget: BudgetCheck { BudgetCheck(self.events, span: 0...Int64.max) }
        var rollout: RolloutFacts { RolloutFacts(self.events, set: "kafka", namespace: "default", since: 0) }
    }

    @Test("A rollout one by one keeps the budget, and shows its order")
    func orderly() {
        var world = World()
        for ordinal in [2, 1, 0] {
            world.takeDown(ordinal)
            world.bringBack(ordinal)
        }
        #expect(world.budget.breaches.isEmpty && world.budget.exceededPodSeconds == 0)
        #expect(world.rollout.order == ["kafka-2", "kafka-1", "kafka-0"])
        #expect(world.rollout.impatient.isEmpty)
        #expect(world.rollout.replacements.allSatisfy { $0.gone != nil && $0.created != nil && $0.ready != nil })
    }

    @Test("Two at a time exceed a budget of one until one of them is back")
    func hasty() {
        var world = World()
        world.takeDown(2)
        world.takeDown(1)
        world.bringBack(2)
        #expect(world.budget.breaches.map(\.pod) == ["kafka-1"])
        #expect(world.budget.breaches.first?.desired == 2 && world.budget.breaches.first?.healthy == 1)
        #expect(world.budget.exceededPodSeconds == 3)
        #expect(world.rollout.impatient == ["kafka-1"])
    }

    @Test("A pod that fails by itself is no disruption; one taken down beside it is")
    func involuntary() {
        var world = World()
        world.pod("MODIFIED", 0, life: 1, ready: false)
        #expect(world.budget.breaches.isEmpty)
        world.takeDown(2)
        #expect(world.budget.breaches.map(\.pod) == ["kafka-2"])
    }

    @Test("Taking down a pod that is not healthy costs no budget")
    func unhealthy() {
        var world = World()
        world.pod("MODIFIED", 0, life: 1, ready: false)
        world.pod("MODIFIED", 0, life: 1, ready: false, terminating: true)
        #expect(world.budget.breaches.isEmpty)
    }

    @Test("Percentages are rounded up, as the disruption controller does")
    func percentages() {
        var world = World(maxUnavailable: "34%")
        world.takeDown(2)
        world.takeDown(1)
        #expect(world.budget.breaches.isEmpty)
    }

    @Test("Every kind of event survives the log")
    func roundTrip() {
        let kinds: [ClusterEvent.Kind] = [
            .object(type: "ADDED", ["kind": "Pod", "metadata": ["name": "x"]]),
            .partition(topic: "t", number: 3, leader: -1, inSync: [1, 2]), .controller(broker: 2), .step("patch"),
        ]
        for kind in kinds {
            let event = ClusterEvent(time: 42, kind)
            #expect(ClusterEvent(json: event.json) == event)
        }
        #expect(ClusterEvent(json: ["at": 1]) == nil)
    }
}
