// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI

/// A StatefulSet controller with a planted defect: the real one, its plan or its view of the world spoilt.
struct DefectiveStatefulSet: Reconciler {
    let defect: StatefulSetSimulation.Defect
    private let sound = StatefulSetReconciler()

    init(defect: StatefulSetSimulation.Defect) {
        self.defect = defect
    }

    var component: String { self.sound.component }
    var watched: [GroupVersionResource] { self.sound.watched }

    func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        self.sound.keys(for: change, in: cache)
    }

    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = self.sound.plan(for: key, in: self.spoilt(cache, key), now: now)
        switch self.defect {
        case .ignoresBudget:
            self.change(&plan) { action in
                if case .evict(let uid) = action.operation { action.operation = .delete(uid: uid) }
            }
        case .mixesUpIdentity:
            self.change(&plan) { action in
                if action.operation == .create, action.resource == .pods, action.key.name.hasSuffix("-1") {
                    action.body?["metadata", "labels", "apps.kubernetes.io/pod-index"] = "0"
                }
            }
        case .updatesFromBelow:
            self.turnUpsideDown(&plan, cache)
        case .freezesStatus:
            if cache.object(.statefulSets, key)?["status", "observedGeneration"] != nil {
                plan.onSuccess = []
                plan.onFailure = []
            }
        case .forgetsOwnWrites, .ignoresPartition, .ignoresOrder:
            break
        }
        return plan
    }

    private func change(_ plan: inout ControllerPlan, _ change: (inout ControllerAction) -> Void) {
        plan.steps = plan.steps.map { step in
            step.map { chain in
                chain.map { action in
                    var action = action
                    change(&action)
                    return action
                }
            }
        }
    }

    /// What the controller believes to see.
    private func spoilt(_ cache: ObservedObjects, _ key: ObjectName) -> ObservedObjects {
        guard var set = cache.object(.statefulSets, key) else { return cache }
        switch self.defect {
        case .ignoresPartition:
            guard set["spec", "updateStrategy", "rollingUpdate"] != nil else { return cache }
            set["spec", "updateStrategy", "rollingUpdate"] = ["partition": 0]
        case .ignoresOrder:
            set["spec", "podManagementPolicy"] = "Parallel"
        case .forgetsOwnWrites, .ignoresBudget, .updatesFromBelow, .mixesUpIdentity, .freezesStatus:
            return cache
        }
        var cache = cache
        cache.put(.statefulSets, set)
        return cache
    }

    /// Takes down the lowest pod of the same revision instead of the highest.
    private func turnUpsideDown(_ plan: inout ControllerPlan, _ cache: ObservedObjects) {
        self.change(&plan) { action in
            guard case .evict(let uid) = action.operation,
                let victim = cache.object(.pods, action.key), victim.uid == uid,
                let lowest = cache.objects(.pods, in: action.key.namespace).first(where: { pod in
                    PodState(pod).revision == PodState(victim).revision && PodState(pod).isRunningAndReady
                })
            else { return }
            action.key = ObservedObjects.key(of: lowest)
            action.operation = .evict(uid: lowest.uid)
        }
    }
}
