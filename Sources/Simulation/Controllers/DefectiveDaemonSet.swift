// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI

/// A DaemonSet controller with a planted defect: the real one, its plan or its view of the world spoilt.
struct DefectiveDaemonSet: Reconciler {
    let defect: DaemonSetSimulation.Defect
    private let sound = DaemonSetReconciler()

    init(defect: DaemonSetSimulation.Defect) {
        self.defect = defect
    }

    var component: String { self.sound.component }
    var watched: [GroupVersionResource] { self.sound.watched }

    func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        self.sound.keys(for: change, in: cache)
    }

    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        self.plan(for: key, in: cache, now: now, backoffs: Backoffs())
    }

    func plan(
        for key: ObjectName,
        in cache: ObservedObjects,
        now: WallTime,
        backoffs: Backoffs
    ) -> ControllerPlan {
        var plan = self.sound.plan(for: key, in: self.spoilt(cache, key), now: now, backoffs: backoffs)
        switch self.defect {
        case .makesOldPods:
            plan.steps = plan.steps.map { $0.map { $0.map(Self.aged) } }
        case .freezesStatus:
            if cache.object(.daemonSets, key)?["status", "observedGeneration"] != nil {
                plan.onSuccess = []
                plan.onFailure = []
            }
        case .forgetsOwnWrites, .ignoresLimits, .ignoresTaints, .countsUnready:
            break
        }
        return plan
    }

    private static func aged(_ action: ControllerAction) -> ControllerAction {
        guard action.operation == .create, action.resource == .pods else { return action }
        var action = action
        action.body?["spec", "containers"] = [["name": "app", "image": "app:1"]]
        return action
    }

    /// What the controller believes to see.
    private func spoilt(_ cache: ObservedObjects, _ key: ObjectName) -> ObservedObjects {
        var cache = cache
        switch self.defect {
        case .ignoresLimits:
            guard var set = cache.object(.daemonSets, key) else { return cache }
            for field in ["maxUnavailable", "maxSurge"]
            where set["spec", "updateStrategy", "rollingUpdate"]?[field] ?? 0 != 0 {
                set["spec", "updateStrategy", "rollingUpdate", field] = "100%"
            }
            cache.put(.daemonSets, set)
        case .ignoresTaints:
            for var node in cache.objects(.nodes) {
                node["spec", "taints"] = nil
                cache.put(.nodes, node)
            }
        case .countsUnready:
            for var pod in cache.objects(.pods) where pod["status", "phase"] == "Running" {
                pod["status", "conditions"] = [
                    ["type": "Ready", "status": "True", "lastTransitionTime": "2001-01-01T00:00:00Z"]
                ]
                cache.put(.pods, pod)
            }
        case .forgetsOwnWrites, .makesOldPods, .freezesStatus:
            break
        }
        return cache
    }
}
