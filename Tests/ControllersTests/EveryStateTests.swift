// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

/// Every state of three pods under every policy: no sampling, so that no corner is left out.
@Suite struct EveryStateTests {
    /// What a pod can be.
    private enum Choice: CaseIterable {
        case absent, pending, unready, ready, terminating, failed
        case oldPending, oldUnready, oldReady, oldTerminating, oldFailed

        var isOld: Bool {
            switch self {
            case .oldPending, .oldUnready, .oldReady, .oldTerminating, .oldFailed: true
            case .absent, .pending, .unready, .ready, .terminating, .failed: false
            }
        }

        var phase: String {
            switch self {
            case .absent: ""
            case .pending, .oldPending: "Pending"
            case .failed, .oldFailed: "Failed"
            case .unready, .ready, .terminating, .oldUnready, .oldReady, .oldTerminating: "Running"
            }
        }

        var isReady: Bool { self == .ready || self == .oldReady }
        var isTerminating: Bool { self == .terminating || self == .oldTerminating }
        var isFailed: Bool { self.phase == "Failed" }
    }

    private struct Policy {
        var name: String
        var strategy: JSONValue
        var partition: Int
    }

    private static let policies: [Policy] = ["OrderedReady", "Parallel"].flatMap { name in
        [
            Policy(name: name, strategy: ["type": "RollingUpdate", "rollingUpdate": ["partition": 0]], partition: 0),
            Policy(name: name, strategy: ["type": "RollingUpdate", "rollingUpdate": ["partition": 2]], partition: 2),
            Policy(name: name, strategy: ["type": "RollingUpdate"], partition: 0),
            Policy(name: name, strategy: ["type": "OnDelete"], partition: 3),
        ]
    }

    @Test("every state of three pods", arguments: 0..<8)
    func states(_ number: Int) throws {
        let policy = Self.policies[number]
        var world = try SetWorld(policy: policy.name, strategy: policy.strategy, budget: .respected)
        world.settle()
        world.allReady()
        world.settle()
        world.allReady()
        world.settle()
        world.allReady()
        world.settle()
        let old = world.api.objects
        world.setImage("app:2")
        world.sync()
        let update = try #require(world.status["updateRevision"]?.string)
        let templates = (0..<3).map { old.object(.pods, ObjectName(namespace: "test", name: "web-\($0)")) ?? .null }

        for first in Choice.allCases {
            for second in Choice.allCases {
                for third in Choice.allCases {
                    let choices = [first, second, third]
                    var cache = world.api.objects
                    for (ordinal, choice) in choices.enumerated() {
                        cache.remove(.pods, templates[ordinal])
                        if let pod = Self.pod(templates[ordinal], choice, update) { cache.put(.pods, pod) }
                    }
                    let plan = world.reconciler.plan(for: world.key, in: cache, now: world.api.now)
                    self.check(plan, choices, isOrdered: policy.name == "OrderedReady", partition: policy.partition)
                }
            }
        }
    }

    private static func pod(_ template: JSONValue, _ choice: Choice, _ update: String) -> JSONValue? {
        guard choice != .absent else { return nil }
        var pod = template
        if !choice.isOld { pod["metadata", "labels", "controller-revision-hash"] = .string(update) }
        if choice.isTerminating { pod["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        pod["status"] = [
            "phase": .string(choice.phase),
            "conditions": [["type": "Ready", "status": choice.isReady ? "True" : "False"]],
        ]
        return pod
    }

    private func check(_ plan: ControllerPlan, _ choices: [Choice], isOrdered: Bool, partition: Int) {
        let picture = Comment(rawValue: "\(choices): \(plan.actions.map { "\($0.operation) \($0.key.name)" })")
        var (created, removed) = ([Int](), [Int]())
        for action in plan.actions where action.resource == .pods {
            let ordinal = PodState(["metadata": ["name": .string(action.key.name)]]).ordinal ?? -1
            switch action.operation {
            case .create: created.append(ordinal)
            case .delete, .evict: removed.append(ordinal)
            case .update, .mergePatch, .createSubresource, .read: break
            }
            if case .evict = action.operation { #expect(choices[ordinal].isReady, picture) }
            if case .delete = action.operation { #expect(!choices[ordinal].isReady, picture) }
        }
        for ordinal in created { #expect(choices[ordinal] == .absent, picture) }
        // With the type alone a pod may be made at the current revision and be taken down again at once, as upstream does.
        let present = removed.filter { choices[$0] != .absent }
        for ordinal in present { #expect(!choices[ordinal].isTerminating, picture) }

        let updates = present.filter { !choices[$0].isFailed }
        #expect(updates.count <= 1, picture)
        for ordinal in updates {
            #expect(choices[ordinal].isOld && ordinal >= partition, picture)
            let isRestUpdated = choices[(ordinal + 1)...].allSatisfy { $0 == .ready }
            #expect(isRestUpdated, picture)
            let isRestReady = !isOrdered || choices[..<ordinal].allSatisfy(\.isReady)
            #expect(isRestReady, picture)
        }
        if isOrdered {
            #expect(created.count + present.count <= 1, picture)
            for ordinal in created {
                let isRestReady = choices[..<ordinal].allSatisfy(\.isReady)
                #expect(isRestReady, picture)
            }
        } else {
            let absent = choices.indices.filter { choices[$0] == .absent }
            #expect(created == absent, picture)
        }
        let isDone = choices.enumerated().allSatisfy { $1 == .ready || ($1 == .oldReady && $0 < partition) }
        #expect(isDone == (plan.waiting == nil || plan.waiting?.code == .onDelete), picture)
        if isDone { #expect(created.isEmpty && removed.isEmpty, picture) }
    }
}
