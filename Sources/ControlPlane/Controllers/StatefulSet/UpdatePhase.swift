// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The last part of a sync: takes down pods of an old revision, from the highest ordinal.
///
/// A Ready pod goes by eviction unless upstream's behaviour was asked for; an unready one is deleted plainly, since it
/// serves nobody and a broken update must be left by rolling forward.
struct UpdatePhase {
    private let sync: StatefulSetSync
    private(set) var plan: ControllerPlan
    private(set) var status: StatefulSetStatus
    /// Evictions of this sync by budget, which the budgets' status cannot know yet.
    private var spent: [ObjectName: Int64] = [:]

    init(sync: StatefulSetSync, status: StatefulSetStatus) {
        self.sync = sync
        self.plan = sync.plan
        self.status = status
    }

    mutating func run() {
        if self.sync.set.strategy.isOnDelete {
            if self.plan.waiting == nil, let old = self.sync.replicas.last(where: self.isOld) {
                self.wait(WaitingReason(.onDelete, old.name))
            }
            return
        }
        if self.sync.options.maxUnavailableGate {
            self.runWithMaxUnavailable()
        } else {
            self.runOneByOne()
        }
    }

    private var lowestIndex: Int { self.sync.set.strategy.partition ?? 0 }

    private func isOld(_ pod: PodState) -> Bool { pod.revision != self.sync.revisions.update.name }

    private mutating func runOneByOne() {
        for pod in self.sync.replicas.dropFirst(max(0, self.lowestIndex)).reversed() {
            if self.isOld(pod), !pod.isTerminating {
                _ = self.takeDown(pod)
                return
            }
            if self.sync.isUnavailable(pod) {
                self.wait(self.reason(pod))
                return
            }
        }
    }

    private mutating func runWithMaxUnavailable() {
        let max = Self.maxUnavailable(self.sync.set.strategy.maxUnavailable, replicas: self.sync.set.replicas)
        let unavailable = self.sync.replicas.filter(self.sync.isUnavailable)
        guard unavailable.count < max else {
            let names = unavailable.map(\.name).joined(separator: ", ")
            self.wait(WaitingReason(.maxUnavailable, names, detail: "at most \(max) may be unavailable"))
            return
        }
        var left = max - unavailable.count
        for pod in self.sync.replicas.dropFirst(Swift.max(0, self.lowestIndex)).reversed() where left > 0 {
            guard self.isOld(pod), !pod.isTerminating else { continue }
            guard self.takeDown(pod) else { return }
            left -= 1
        }
        if let pod = unavailable.last { self.wait(self.reason(pod)) }
    }

    /// A number, or a percentage of the replicas rounded down; at least 1.
    static func maxUnavailable(_ value: JSONValue?, replicas: Int) -> Int {
        guard let value else { return 1 }
        return max(1, IntOrPercent(value)?.scaled(total: replicas, roundUp: false) ?? 1)
    }

    /// Deletes or evicts a pod of an old revision.
    /// - Returns: false when its budget does not let it go now.
    private mutating func takeDown(_ pod: PodState) -> Bool {
        var action = self.sync.deletion(of: pod)
        switch self.sync.options.disruptionBudget {
        case .respected where pod.isRunningAndReady:
            if let hold = self.hold(pod) {
                self.wait(WaitingReason(.budgetSpent, pod.name, detail: hold))
                self.plan.notices = [self.held(pod, hold)]
                return false
            }
            action.operation = .evict(uid: pod.uid)
            action.tolerated = .absence
            action.failureEvent = self.held(pod, EventRecord.errorPlaceholder)
        case .respected:
            // Unready as far as this cache knows: should it be Ready by now, the server refuses, and it is evicted instead.
            let version = pod.object["metadata", "resourceVersion"]?.string
            action.operation = .delete(uid: pod.uid, resourceVersion: version)
        case .upstream:
            // A pod that a 404 says is gone is as good as deleted.
            action.tolerated = .absence
        }
        self.plan.steps.append([[action]])
        self.wait(WaitingReason(.changed, pod.name, detail: "taken down for the update"))
        self.status.currentReplicas -= 1
        return true
    }

    private func held(_ pod: PodState, _ why: String) -> EventRecord {
        self.sync.set.event(.normal, "UpdateHeld", "Pod \(pod.name) keeps its old revision for now: \(why)")
    }

    /// Why the pod's budget does not let it go, as far as the budget's status tells; nil when it is worth a try.
    private mutating func hold(_ pod: PodState) -> String? {
        let budgets = self.sync.cache.objects(.podDisruptionBudgets, in: self.sync.set.namespace).filter {
            ObjectSelector($0["spec", "selector"]).matches(pod.object)
        }
        guard let budget = budgets.first else { return nil }
        if budgets.count > 1 {
            let names = budgets.map(\.name).joined(separator: ", ")
            return "it has more than one disruption budget (\(names)), which evictions do not support"
        }
        let status = budget["status"]
        if status?["observedGeneration"]?.integer ?? 0 < budget["metadata", "generation"]?.integer ?? 0 {
            return "disruption budget \(budget.name) has not been worked out yet"
        }
        let key = ObservedObjects.key(of: budget)
        let spent = self.spent[key, default: 0]
        if (status?["disruptionsAllowed"]?.integer ?? 0) <= spent {
            let (desired, current) = (status?["desiredHealthy"]?.integer ?? 0, status?["currentHealthy"]?.integer ?? 0)
            return "disruption budget \(budget.name) needs \(desired) healthy pods and has \(current) currently"
        }
        self.spent[key] = spent + 1
        return nil
    }

    private func reason(_ pod: PodState) -> WaitingReason {
        if pod.isTerminating { return WaitingReason(.terminating, pod.name) }
        return WaitingReason(pod.isRunningAndReady ? .notAvailable : .notReady, pod.name)
    }

    /// What stops the update phase is the reason, whatever the passes before met and went past.
    private mutating func wait(_ reason: WaitingReason) {
        self.plan.waiting = reason
    }
}
