// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI

/// What a StatefulSet controller must never do, worked out from the objects alone and not from its plans.
struct StatefulSetInvariants {
    private let isOrdered: Bool
    /// How many pods may be disrupted at a time on purpose; nil where no budget bounds it.
    private let maxUnavailable: Int?
    /// Pods that the controller took down for an update and that are not back, with the generation that it knew of then.
    private var takenDown: [String: Int64] = [:]
    /// Pods that somebody disrupted on purpose and that are not back.
    private var disrupted: Set<String> = []
    /// How many replicas the controller knew of when it sent its last request.
    private var seenReplicas = 0
    /// Which generation of the set it knew of then.
    private var seenGeneration: Int64 = 0

    init(isOrdered: Bool, maxUnavailable: Int?) {
        self.isOrdered = isOrdered
        self.maxUnavailable = maxUnavailable
    }

    private static func set(in objects: ObservedObjects) -> JSONValue? {
        objects.object(.statefulSets, StatefulSetScenario.key)
    }

    private static func replicas(_ set: JSONValue?) -> Int { Int(set?["spec", "replicas"]?.integer ?? 0) }

    // MARK: - Changes

    /// A pod is back when it is Ready again; one that is no longer wanted need not come back.
    mutating func observe(_ change: ObjectChange, in api: SimulatedAPI) {
        switch change.resource {
        case .pods:
            guard let pod = change.new.map(PodState.init), pod.isRunningAndReady, !pod.isTerminating else { return }
            self.takenDown[pod.name] = nil
            self.disrupted.remove(pod.name)
        case .statefulSets:
            let replicas = Self.replicas(change.new)
            let isWanted = { (name: String) in (Int(name.dropFirst("web-".count)) ?? 0) < replicas }
            self.takenDown = self.takenDown.filter { isWanted($0.key) }
            self.disrupted = self.disrupted.filter(isWanted)
        default:
            break
        }
    }

    // MARK: - Before a request

    /// What is wrong with a request, given what its controller had seen.
    mutating func violation(of action: ControllerAction, seen: ObservedObjects, in api: SimulatedAPI) -> String? {
        guard action.resource == .pods, let set = Self.set(in: seen) else { return nil }
        self.seenReplicas = Self.replicas(set)
        self.seenGeneration = set["metadata", "generation"]?.integer ?? 0
        switch action.operation {
        case .create:
            guard let pod = action.body else { return "a pod without a body" }
            return self.wrongIdentity(pod, of: set) ?? self.wrongRevision(pod, of: set, seen)
                ?? self.wrongOrder(creating: pod, of: set, seen)
        case .delete, .evict:
            return self.wrongTakeDown(action, of: set, seen, api)
        case .update, .mergePatch, .createSubresource, .read:
            return nil
        }
    }

    private func wrongIdentity(_ pod: JSONValue, of set: JSONValue) -> String? {
        let name = pod.name
        guard name.hasPrefix("web-"), let ordinal = Int(name.dropFirst(4)) else { return "a pod is called \(name)" }
        let labels = pod["metadata", "labels"]
        if labels?["apps.kubernetes.io/pod-index"]?.string != String(ordinal)
            || labels?["statefulset.kubernetes.io/pod-name"]?.string != name
            || pod["spec", "hostname"]?.string != name || pod["spec", "subdomain"]?.string != "web"
        {
            return "identity: \(name) says that it is another pod"
        }
        if OwnerReference.controller(of: pod)?.uid != set.uid { return "identity: \(name) does not belong to the set" }
        if ordinal >= Self.replicas(set) { return "identity: \(name) is made, but \(Self.replicas(set)) are wanted" }
        return nil
    }

    private func wrongRevision(_ pod: JSONValue, of set: JSONValue, _ seen: ObservedObjects) -> String? {
        let image = pod["spec", "containers"]
        let isWanted = image == set["spec", "template", "spec"]?["containers"]
        let ordinal = Int(pod.name.dropFirst(4)) ?? 0
        let strategy = set["spec", "updateStrategy"]
        guard let partition = strategy?["rollingUpdate", "partition"]?.integer else { return nil }
        let name = pod["metadata", "labels"]?["controller-revision-hash"]?.string
        if ordinal >= partition {
            return isWanted ? nil : "revision: \(pod.name) is at or above the partition, but not at the wanted template"
        }
        let current = set["status", "currentRevision"]?.string
        let isKnown =
            seen.object(
                .controllerRevisions,
                ObjectName(namespace: StatefulSetScenario.namespace, name: current ?? "")
            ) != nil
        return isKnown && name != current
            ? "revision: \(pod.name) is below the partition, but not at the current revision" : nil
    }

    private func wrongOrder(creating pod: JSONValue, of set: JSONValue, _ seen: ObservedObjects) -> String? {
        guard self.isOrdered else { return nil }
        let ordinal = Int(pod.name.dropFirst(4)) ?? 0
        for below in 0..<ordinal where !Self.isReady(below, seen) {
            return "order: \(pod.name) is made while web-\(below) is not Ready"
        }
        return nil
    }

    private static func pod(_ ordinal: Int, _ seen: ObservedObjects) -> PodState? {
        seen.object(.pods, ObjectName(namespace: StatefulSetScenario.namespace, name: "web-\(ordinal)")).map(
            PodState.init
        )
    }

    private static func isReady(_ ordinal: Int, _ seen: ObservedObjects) -> Bool {
        guard let pod = Self.pod(ordinal, seen) else { return false }
        return pod.isRunningAndReady && !pod.isTerminating
    }

    private func wrongTakeDown(
        _ action: ControllerAction,
        of set: JSONValue,
        _ seen: ObservedObjects,
        _ api: SimulatedAPI
    ) -> String? {
        guard let now = api.object(.pods, action.key).map(PodState.init), let ordinal = now.ordinal,
            let known = Self.pod(ordinal, seen), now.uid == known.uid, !now.isFinished, !known.isFinished
        else { return nil }
        let replicas = Self.replicas(set)
        guard ordinal < replicas else { return nil }
        for above in (ordinal + 1)..<max(replicas, ordinal + 1) where !Self.isReady(above, seen) {
            return "order: \(now.name) is taken down while web-\(above) is not Ready"
        }
        if self.isOrdered {
            for below in 0..<ordinal where !Self.isReady(below, seen) {
                return "order: \(now.name) is taken down while web-\(below) is not Ready"
            }
        }
        let others = self.takenDown.filter { name, generation in
            // Without order a new template starts from the top again, whatever is down.
            name != now.name && (Int(name.dropFirst(4)) ?? 0) < replicas
                && (self.isOrdered || generation == self.seenGeneration)
        }
        if let other = others.keys.sorted().first {
            return "one by one: \(now.name) is taken down, \(other) is not back"
        }
        return nil
    }

    // MARK: - After a request

    /// What is wrong after a request of the controller.
    mutating func violation(
        after action: ControllerAction,
        _ answer: PlanRun.Answer,
        in world: inout ControllerWorld
    ) -> String? {
        guard action.resource == .pods, case .success(let body) = answer else { return nil }
        // The answer shows the pod as it was at that moment, but for its time of death.
        let pod = PodState(body)
        // The set may have been scaled up again meanwhile: what counts is what the controller knew.
        let wanted = min(self.seenReplicas, Self.replicas(Self.set(in: world.api.objects)))
        let isScaledAway = (pod.ordinal ?? 0) >= wanted
        switch action.operation {
        case .delete:
            guard !pod.isFinished, !isScaledAway else { return nil }
            self.takenDown[pod.name] = self.seenGeneration
            guard self.maxUnavailable != nil, pod.isRunningAndReady else { return nil }
            return "budget: \(pod.name) is Ready, and was deleted without asking its budget"
        case .evict:
            world.reached("updateEvictions")
            self.takenDown[pod.name] = self.seenGeneration
            return self.evicted(body, in: world.api)
        case .create, .update, .mergePatch, .createSubresource, .read:
            return nil
        }
    }

    /// Notes a pod that was evicted; says when there are too many.
    mutating func evicted(_ pod: JSONValue, in api: SimulatedAPI) -> String? {
        guard PodState(pod).isRunningAndReady, let maxUnavailable = self.maxUnavailable else { return nil }
        self.disrupted.insert(pod.name)
        guard self.disrupted.count > maxUnavailable else { return nil }
        return
            "budget: \(self.disrupted.sorted().joined(separator: ", ")) are disrupted at a time, allowed is \(maxUnavailable)"
    }
}
