// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ControllerRuntime
import Controllers
import JSON
import KubernetesAPI

/// What a DaemonSet controller must never do, worked out from the objects alone and not from its plans.
struct DaemonSetInvariants {
    /// Whether the set's updates put new pods beside old ones.
    private let surges: Bool
    /// Nodes whose available pod was taken down for an update, and that have no available pod yet.
    private var takenDown: Set<String> = []
    /// Nodes where a new pod was put beside an available old one, and is not available yet.
    private var surging: Set<String> = []
    /// The node of the request under way, if it takes an available pod down or puts another beside it.
    private var pending: String?

    init(surges: Bool) {
        self.surges = surges
    }

    // MARK: - Facts

    private static func set(in objects: ObservedObjects) -> JSONValue? {
        objects.object(.daemonSets, DaemonSetScenario.key)
    }

    private static func containers(_ set: JSONValue) -> JSONValue? { set["spec", "template", "spec"]?["containers"] }

    /// The node that a pod is on or made for.
    static func node(of pod: JSONValue) -> String? {
        if let name = pod["spec", "nodeName"]?.string { return name }
        let affinity = pod["spec", "affinity"]?["nodeAffinity"]
        let terms = affinity?["requiredDuringSchedulingIgnoredDuringExecution"]?["nodeSelectorTerms"]?.array
        return terms?.first?["matchFields"]?.array?.first?["values"]?.array?.first?.string
    }

    /// Whether the set is to run on a node: the labels fit and nothing keeps it away.
    static func isEligible(_ node: JSONValue, for set: JSONValue) -> Bool {
        let selector = set["spec", "template", "spec"]?["nodeSelector"]?.object ?? [:]
        let fits = selector.allSatisfy { label, value in node["metadata", "labels"]?[label] == value }
        return fits && (node["spec", "taints"]?.array ?? []).isEmpty
    }

    private static func isEligible(_ name: String, in objects: ObservedObjects) -> Bool {
        guard let set = Self.set(in: objects),
            let node = objects.object(.nodes, ObjectName(namespace: "", name: name))
        else { return false }
        return Self.isEligible(node, for: set)
    }

    private static func pods(on node: String, in objects: ObservedObjects) -> [JSONValue] {
        objects.objects(.pods).filter { Self.node(of: $0) == node }
    }

    private static func living(on node: String, in objects: ObservedObjects) -> [JSONValue] {
        Self.pods(on: node, in: objects).filter { !$0.isTerminating && !PodState($0).isFinished }
    }

    private static func isAvailable(_ pod: JSONValue, of set: JSONValue?, now: WallTime) -> Bool {
        let state = PodState(pod)
        return !state.isTerminating
            && state.isAvailable(minReadySeconds: set?["spec", "minReadySeconds"]?.integer ?? 0, now: now)
    }

    /// A number of the strategy, as a count of the nodes that the set is to run on.
    private static func limit(_ field: String, of set: JSONValue, in objects: ObservedObjects) -> Int {
        guard let value = set["spec", "updateStrategy", "rollingUpdate"]?[field] else { return 0 }
        if let count = value.integer { return Int(count) }
        let desired = objects.objects(.nodes).count { Self.isEligible($0, for: set) }
        let percent = Double(value.string?.dropLast() ?? "") ?? 0
        return Int((percent / 100 * Double(desired)).rounded(.up))
    }

    // MARK: - Changes

    /// A node has its pod back when one there is available, if only for a moment.
    mutating func observe(_ change: ObjectChange, in api: SimulatedAPI) {
        switch change.resource {
        case .pods:
            guard let node = Self.node(of: change.object) else { return }
            let set = Self.set(in: api.objects)
            if [change.old, change.new].compactMap(\.self).contains(where: {
                Self.isAvailable($0, of: set, now: api.now)
            }) {
                self.takenDown.remove(node)
            }
            if Self.living(on: node, in: api.objects).count < 2 { self.surging.remove(node) }
            self.settle(api)
        case .nodes:
            self.takenDown = self.takenDown.filter { Self.isEligible($0, in: api.objects) }
            self.surging = self.surging.filter { Self.isEligible($0, in: api.objects) }
        default:
            break
        }
    }

    /// Time alone makes a Ready pod available.
    private mutating func settle(_ api: SimulatedAPI) {
        let set = Self.set(in: api.objects)
        let available = { (node: String) in
            Self.pods(on: node, in: api.objects).filter { Self.isAvailable($0, of: set, now: api.now) }.count
        }
        self.takenDown = self.takenDown.filter { available($0) == 0 }
        self.surging = self.surging.filter { available($0) < 2 }
    }

    // MARK: - Before a request

    /// What is wrong with a request, given what its controller had seen when it planned it.
    mutating func violation(
        of action: ControllerAction,
        seen: ObservedObjects,
        at planned: WallTime,
        in api: SimulatedAPI
    ) -> String? {
        self.pending = nil
        guard action.resource == .pods, let set = Self.set(in: seen) else { return nil }
        self.settle(api)
        switch action.operation {
        case .create:
            guard let pod = action.body else { return "a pod without a body" }
            return self.wrongCreation(of: pod, by: set, seen, planned, api)
        case .delete:
            return self.wrongDeletion(action, by: set, seen, planned, api)
        case .evict:
            return "a DaemonSet evicts \(action.key)"
        case .update, .mergePatch, .createSubresource, .read:
            return nil
        }
    }

    private mutating func wrongCreation(
        of pod: JSONValue,
        by set: JSONValue,
        _ seen: ObservedObjects,
        _ planned: WallTime,
        _ api: SimulatedAPI
    ) -> String? {
        guard let node = Self.node(of: pod) else { return "placement: \(pod.name) is for no node" }
        guard OwnerReference.controller(of: pod)?.uid == set.uid else { return "identity: \(pod.name) is nobody's" }
        guard pod["spec", "containers"] == Self.containers(set) else {
            return "revision: \(pod.name) is not at the set's template"
        }
        guard Self.isEligible(node, in: seen) else { return "placement: \(pod.name) is not wanted on \(node)" }
        // Without surge even one on its way out keeps the next from coming.
        let there = Self.pods(on: node, in: api.objects).filter { other in
            let state = PodState(other)
            return !state.isFinished && !(self.surges && state.isTerminating)
        }
        guard there.count < (self.surges ? 2 : 1) else {
            return
                "one a node: \(pod.name) is made for \(node), where there is \(there.map(\.name).joined(separator: ", "))"
        }
        let known = Self.living(on: node, in: seen)
        guard self.surges, known.contains(where: { Self.isAvailable($0, of: set, now: planned) }) else { return nil }
        self.pending = node
        let limit = Self.limit("maxSurge", of: set, in: seen)
        let all = self.surging.union([node])
        return all.count <= limit
            ? nil : "maxSurge: \(all.sorted().joined(separator: ", ")) have two pods at a time, allowed are \(limit)"
    }

    private mutating func wrongDeletion(
        _ action: ControllerAction,
        by set: JSONValue,
        _ seen: ObservedObjects,
        _ planned: WallTime,
        _ api: SimulatedAPI
    ) -> String? {
        guard let known = seen.object(.pods, action.key), let now = api.object(.pods, action.key),
            known.uid == now.uid, !known.isTerminating, !PodState(known).isFinished, let node = Self.node(of: known),
            Self.isEligible(node, in: seen)
        else { return nil }
        let others = Self.living(on: node, in: seen).filter { $0.uid != known.uid }
        if known["spec", "containers"] == Self.containers(set) {
            return others.isEmpty ? "needless: \(known.name) is deleted, and is what the set wants" : nil
        }
        guard Self.isAvailable(known, of: set, now: planned) else { return nil }
        if self.surges {
            // After an edit in mid-update there may be two old ones: the oldest stays, whatever its state (upstream too).
            let isSpare = others.contains { other in
                other["spec", "containers"] != Self.containers(set)
            }
            return isSpare || others.contains { Self.isAvailable($0, of: set, now: planned) }
                ? nil : "surge: \(known.name) is deleted while no other pod is available on \(node)"
        }
        guard Self.isAvailable(now, of: set, now: api.now) else { return nil }
        self.pending = node
        let limit = Self.limit("maxUnavailable", of: set, in: seen)
        let all = self.takenDown.union([node])
        return all.count <= limit
            ? nil : "maxUnavailable: \(all.sorted().joined(separator: ", ")) are down at a time, allowed are \(limit)"
    }

    // MARK: - After a request

    /// Notes what a request of the controller did.
    mutating func note(_ action: ControllerAction, _ answer: PlanRun.Answer, in world: inout ControllerWorld) {
        guard action.resource == .pods, case .success = answer, let node = self.pending else { return }
        self.pending = nil
        switch action.operation {
        case .create:
            world.reached("surges")
            self.surging.insert(node)
        case .delete:
            world.reached("updateDeletions")
            self.takenDown.insert(node)
        case .evict, .update, .mergePatch, .createSubresource, .read:
            break
        }
    }
}
