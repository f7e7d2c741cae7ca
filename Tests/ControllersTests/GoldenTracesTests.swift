// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Testing

/// The plans, fed with what a real control plane saw, want what it did; and at rest they want nothing.
@Suite struct GoldenTracesTests {
    /// A state is at rest when nothing happens for so long that the recorded controller must have had its turn.
    private static let rest = 0.7

    private struct Replay {
        var cache = ObservedObjects()
        var start: WallTime?
        let statefulSets: StatefulSetReconciler
        let disruption = DisruptionReconciler()

        init(gate: Bool) {
            var options = StatefulSetReconciler.Options()
            options.disruptionBudget = .upstream
            options.maxUnavailableGate = gate
            self.statefulSets = StatefulSetReconciler(options: options)
        }

        mutating func apply(_ entry: GoldenTrace.Entry) {
            if self.start == nil, let created = entry.object["metadata", "creationTimestamp"]?.string,
                let time = WallTime(rfc3339: created)
            {
                self.start = time + .milliseconds(-Int(entry.at * 1000))
            }
            if entry.type == "DELETED" {
                self.cache.remove(entry.resource, entry.object)
            } else {
                self.cache.put(entry.resource, entry.object)
            }
        }

        func plan(_ key: ObjectName, at seconds: Double) -> ControllerPlan {
            let now = (self.start ?? WallTime(seconds: 0)) + .milliseconds(Int(seconds * 1000))
            return self.statefulSets.plan(for: key, in: self.cache, now: now)
        }

        func budgetPlan(_ key: ObjectName, at seconds: Double) -> ControllerPlan {
            let now = (self.start ?? WallTime(seconds: 0)) + .milliseconds(Int(seconds * 1000))
            return self.disruption.plan(for: key, in: self.cache, now: now)
        }
    }

    /// What a plan wants done to pods and revisions, in words that a recording has too.
    private static func wishes(_ plan: ControllerPlan) -> [String] {
        plan.actions.compactMap { action in
            guard action.resource == .pods || action.resource == .controllerRevisions else { return nil }
            switch action.operation {
            case .create: return "create \(action.key.name)"
            case .delete(let uid, _, _), .evict(let uid): return "delete \(action.key.name) \(uid)"
            case .update, .mergePatch, .createSubresource, .read: return nil
            }
        }
    }

    /// What the recorded controllers did, by the index of the entry that shows it.
    private static func deeds(_ trace: GoldenTrace) -> [Int: (set: ObjectName, deed: String)] {
        var deeds: [Int: (set: ObjectName, deed: String)] = [:]
        var dying: [String: Int] = [:]
        for (index, entry) in trace.entries.enumerated() {
            let object = entry.object
            if entry.resource == .pods, entry.type != "DELETED", object.isTerminating, dying[object.uid] == nil {
                dying[object.uid] = index
            }
            guard entry.type == "ADDED", entry.resource == .pods || entry.resource == .controllerRevisions,
                let owner = OwnerReference.controller(of: object), owner.kind == "StatefulSet"
            else { continue }
            deeds[index] = (ObjectName(namespace: object.namespace, name: owner.name), "create \(object.name)")
        }
        // A deletion is the controller's if it says so within a second.
        for (uid, index) in dying {
            let pod = trace.entries[index].object
            guard let owner = OwnerReference.controller(of: pod), owner.kind == "StatefulSet" else { continue }
            let isTold = trace.entries[max(0, index - 5)...].prefix { $0.at < trace.entries[index].at + 1 }.contains {
                $0.resource == .events && $0.object["reason"] == "SuccessfulDelete"
                    && $0.object["message"]?.string == "Delete Pod \(pod.name) in StatefulSet \(owner.name) successful"
            }
            if isTold {
                deeds[index] = (ObjectName(namespace: pod.namespace, name: owner.name), "delete \(pod.name) \(uid)")
            }
        }
        return deeds
    }

    @Test(
        "each deed of the recorded StatefulSet controller is one that the plan wanted",
        .enabled(if: GoldenTrace.folder != nil, "no recordings at SEATRIAL_GOLDEN"),
        arguments: GoldenTrace.names(areas: "abcdefgijno")
    )
    func deeds(_ name: String) throws {
        let trace = try GoldenTrace(name)
        let deeds = Self.deeds(trace)
        var replay = Replay(gate: name.hasPrefix("n-"))
        var wanted: [ObjectName: Set<String>] = [:]
        for (index, entry) in trace.entries.enumerated() {
            if let (set, deed) = deeds[index] {
                // Time alone may have made it due; times of creation are cut to whole seconds.
                wanted[set, default: []].formUnion(Self.wishes(replay.plan(set, at: entry.at + 1)))
                // The controller may have decided on any state since its last deed; wishes of those are collected.
                #expect(wanted[set]?.contains(deed) == true, "\(name) at \(entry.at): \(deed)")
                wanted[set] = wanted[set].map { $0.filter { $0 != deed } }
            }
            replay.apply(entry)
            guard entry.resource != .events, entry.resource != .endpoints else { continue }
            for set in replay.cache.keys(.statefulSets) {
                let wishes = Self.wishes(replay.plan(set, at: entry.at))
                wanted[set] = entry.resource == .statefulSets ? Set(wishes) : wanted[set, default: []].union(wishes)
            }
        }
        #expect(!trace.entries.isEmpty)
    }

    @Test(
        "at rest the plan wants nothing, and no other status than the recorded one",
        .enabled(if: GoldenTrace.folder != nil, "no recordings at SEATRIAL_GOLDEN"),
        arguments: GoldenTrace.names(areas: "abcdefgijno")
    )
    func rest(_ name: String) throws {
        let trace = try GoldenTrace(name)
        var replay = Replay(gate: name.hasPrefix("n-"))
        var (looks, quietUntil) = (0, 0.0)
        for (index, entry) in trace.entries.enumerated() {
            replay.apply(entry)
            quietUntil = index + 1 < trace.entries.count ? trace.entries[index + 1].at : entry.at + 10
            guard quietUntil - entry.at > Self.rest else { continue }
            for set in replay.cache.keys(.statefulSets) {
                let plan = replay.plan(set, at: entry.at)
                // A set that waits for time to pass changes by itself.
                guard plan.lookAgain == nil, plan.failure == nil else { continue }
                looks += 1
                // A pod that was relabelled away keeps its name: making another is tried in vain (case j1).
                let wishes = Self.wishes(plan).filter { wish in
                    !replay.cache.keys(.pods).contains { wish == "create \($0.name)" }
                }
                #expect(wishes.isEmpty, "\(name) at \(entry.at)")
                #expect(plan.onSuccess.isEmpty, "\(name) at \(entry.at): \(plan.onSuccess.map { $0.body?["status"] })")
            }
            for budget in replay.cache.keys(.podDisruptionBudgets) where !Self.isLeftStale(budget, in: replay.cache) {
                let plan = replay.budgetPlan(budget, at: entry.at)
                #expect(plan.isEmpty, "\(name) at \(entry.at): \(plan.actions.map { $0.body?["status"] })")
            }
        }
        #expect(looks > 0 || trace.name.hasPrefix("i") || trace.name.hasPrefix("j"))
    }

    /// Of several budgets that match a pod upstream re-syncs only one; the others keep what they had.
    private static func isLeftStale(_ key: ObjectName, in cache: ObservedObjects) -> Bool {
        guard let budget = cache.object(.podDisruptionBudgets, key) else { return true }
        let selector = ObjectSelector(budget["spec", "selector"])
        return cache.objects(.pods, in: key.namespace).contains { pod in
            selector.matches(pod)
                && cache.objects(.podDisruptionBudgets, in: key.namespace).count {
                    ObjectSelector($0["spec", "selector"]).matches(pod)
                } > 1
        }
    }
}
