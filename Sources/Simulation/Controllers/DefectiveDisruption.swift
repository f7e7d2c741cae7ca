// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI

/// A Disruption controller with a planted defect: the real one, its plan or its view of the world spoilt.
struct DefectiveDisruption: Reconciler {
    let defect: DisruptionSimulation.Defect
    private let sound = DisruptionReconciler()

    init(defect: DisruptionSimulation.Defect) {
        self.defect = defect
    }

    var component: String { self.sound.component }
    var watched: [GroupVersionResource] { self.sound.watched }

    func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        self.sound.keys(for: change, in: cache)
    }

    func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = self.sound.plan(for: key, in: self.spoilt(cache, key), now: now)
        plan.steps = plan.steps.map { $0.map { $0.map { self.spoilt($0, cache, key) } } }
        return plan
    }

    private func spoilt(_ action: ControllerAction, _ cache: ObservedObjects, _ key: ObjectName) -> ControllerAction {
        var action = action
        switch self.defect {
        case .writesBlindly:
            action.body?["metadata", "resourceVersion"] = nil
        case .freezesGeneration:
            if let old = cache.object(.podDisruptionBudgets, key)?["status", "observedGeneration"], old != 0 {
                action.body?["status", "observedGeneration"] = old
            }
        case .countsTerminating, .countsUnready, .forgetsDisrupted, .roundsDown:
            break
        }
        return action
    }

    private func spoilt(_ cache: ObservedObjects, _ key: ObjectName) -> ObservedObjects {
        var cache = cache
        switch self.defect {
        case .countsTerminating:
            for var pod in cache.objects(.pods) where pod.isTerminating {
                pod["metadata", "deletionTimestamp"] = nil
                cache.put(.pods, pod)
                guard var budget = cache.object(.podDisruptionBudgets, key) else { continue }
                budget["status", "disruptedPods", pod.name] = nil
                cache.put(.podDisruptionBudgets, budget)
            }
        case .countsUnready:
            for var pod in cache.objects(.pods) where pod["status", "phase"] == "Running" {
                pod["status", "conditions"] = [["type": "Ready", "status": "True"]]
                cache.put(.pods, pod)
            }
        case .forgetsDisrupted:
            if var budget = cache.object(.podDisruptionBudgets, key) {
                budget["status", "disruptedPods"] = nil
                cache.put(.podDisruptionBudgets, budget)
            }
        case .roundsDown:
            self.roundDown(key, in: &cache)
        case .writesBlindly, .freezesGeneration:
            break
        }
        return cache
    }

    private func roundDown(_ key: ObjectName, in cache: inout ObservedObjects) {
        let replicas = cache.objects(.statefulSets).first?["spec", "replicas"]?.integer ?? 0
        guard var budget = cache.object(.podDisruptionBudgets, key),
            let percent = budget["spec", "minAvailable"]?.string.flatMap({ Int64($0.dropLast()) })
        else { return }
        budget["spec", "minAvailable"] = .string("\(percent * replicas / 100 * 100 / max(1, replicas))%")
        cache.put(.podDisruptionBudgets, budget)
    }
}
