// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at a node: whether it is heard of, and the taints that follow from its conditions.
struct NodeHealth {
    static let leaseNamespace = "kube-node-lease"
    private static let prefix = "node.kubernetes.io/"

    private var node: JSONValue
    private let cache: ObservedObjects
    private let gracePeriod: Duration
    private let now: WallTime

    init(node: JSONValue, cache: ObservedObjects, gracePeriod: Duration, now: WallTime) {
        self.node = node
        self.cache = cache
        self.gracePeriod = gracePeriod
        self.now = now
    }

    mutating func plan() -> ControllerPlan {
        var plan = ControllerPlan()
        guard !self.node.isTerminating else { return plan }
        let key = ObservedObjects.key(of: self.node)
        let silence = self.now - self.lastHeard
        if silence <= self.gracePeriod {
            plan.lookAgain(after: self.gracePeriod - silence + .milliseconds(1))
        } else if let conditions = self.unknownConditions {
            self.node["status", "conditions"] = .array(conditions)
            plan.then([
                ControllerAction(.update(subresource: "status"), .nodes, key, body: self.node, tolerated: .absence)
            ])
        }
        let ready = self.node.condition("Ready")?["status"]?.string
        let taints = self.taints(ready: ready)
        if taints != self.node["spec", "taints"]?.array ?? [] {
            // A merge patch, since the kubelet writes the node too; taints are the controllers' and people's.
            plan.then([
                ControllerAction(
                    .mergePatch(subresource: nil),
                    .nodes,
                    key,
                    body: ["spec": ["taints": JSONValue.list(taints) ?? .null]],
                    tolerated: .absence
                )
            ])
        }
        if let ready, ready != "True" {
            plan.waiting = WaitingReason(.notReady, self.node.name, detail: "Ready is \(ready)")
            plan.notices.append(self.event("NodeNotReady", "Node \(self.node.name) status is now: NodeNotReady"))
            self.markPods(&plan)
        }
        return plan
    }

    /// The last sign of life: a lease renewed, a status posted, or the node's birth.
    private var lastHeard: WallTime {
        let lease = self.cache.object(.leases, ObjectName(namespace: Self.leaseNamespace, name: self.node.name))
        let times = [
            lease?["spec", "renewTime"], self.node.condition("Ready")?["lastHeartbeatTime"],
            self.node["metadata", "creationTimestamp"],
        ]
        return times.compactMap { $0?.string.flatMap(WallTime.init(rfc3339:)) }.max() ?? self.now
    }

    /// The conditions of a node that has fallen silent; nil when they say so already.
    private var unknownConditions: [JSONValue]? {
        let now = JSONValue.string(self.now.rfc3339)
        var conditions = self.node["status", "conditions"]?.array ?? []
        var isChanged = false
        for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
            let index = conditions.firstIndex { $0["type"]?.string == type }
            if let index, conditions[index]["status"] == "Unknown" { continue }
            isChanged = true
            var condition: JSONValue = [
                "type": .string(type), "status": "Unknown", "lastTransitionTime": now,
                "reason": index == nil ? "NodeStatusNeverUpdated" : "NodeStatusUnknown",
                "message": index == nil
                    ? "Kubelet never posted node status." : "Kubelet stopped posting node status.",
            ]
            condition["lastHeartbeatTime"] =
                index.flatMap { conditions[$0]["lastHeartbeatTime"] } ?? self.node["metadata", "creationTimestamp"]
            if let index { conditions[index] = condition } else { conditions.append(condition) }
        }
        return isChanged ? conditions : nil
    }

    // MARK: - Taints

    /// The node's taints with those put right that follow from its state.
    private func taints(ready: String?) -> [JSONValue] {
        var wanted: [(key: String, effect: String)] = []
        if self.node["spec", "unschedulable"] == true { wanted.append(("unschedulable", "NoSchedule")) }
        for (condition, key) in [
            ("MemoryPressure", "memory-pressure"), ("DiskPressure", "disk-pressure"), ("PIDPressure", "pid-pressure"),
            ("NetworkUnavailable", "network-unavailable"),
        ] where self.node.condition(condition)?["status"] == "True" {
            wanted.append((key, "NoSchedule"))
        }
        switch ready {
        case "False": wanted += [("not-ready", "NoSchedule"), ("not-ready", "NoExecute")]
        case "Unknown": wanted += [("unreachable", "NoSchedule"), ("unreachable", "NoExecute")]
        case nil, _?: break
        }
        let own = [
            "unschedulable", "memory-pressure", "disk-pressure", "pid-pressure", "network-unavailable", "not-ready",
            "unreachable",
        ].map { Self.prefix + $0 }
        var taints = (self.node["spec", "taints"]?.array ?? []).filter { taint in
            guard let key = taint["key"]?.string, own.contains(key) else { return true }
            return wanted.contains { Self.prefix + $0.key == key && $0.effect == taint["effect"]?.string }
        }
        for (key, effect) in wanted {
            let name = Self.prefix + key
            if taints.contains(where: { $0["key"]?.string == name && $0["effect"]?.string == effect }) { continue }
            taints.append([
                "key": .string(name), "effect": .string(effect), "timeAdded": .string(self.now.rfc3339),
            ])
        }
        return taints
    }

    // MARK: - Pods

    /// Nobody may be sent to pods of a node that is not Ready.
    private func markPods(_ plan: inout ControllerPlan) {
        var chains: [ControllerPlan.Chain] = []
        for var pod in self.cache.objects(.pods) where pod["spec"]?["nodeName"]?.string == self.node.name {
            guard let ready = pod.condition("Ready"), ready["status"] == "True" else { continue }
            var condition = ready
            condition["status"] = "False"
            condition["lastTransitionTime"] = .string(self.now.rfc3339)
            let others = (pod["status", "conditions"]?.array ?? []).map { $0["type"] == "Ready" ? condition : $0 }
            pod["status", "conditions"] = .array(others)
            let key = ObservedObjects.key(of: pod)
            chains.append([
                ControllerAction(.update(subresource: "status"), .pods, key, body: pod, tolerated: .absence)
            ])
            plan.events.append(
                EventRecord(about: pod, kind: "Pod", apiVersion: "v1", .warning, "NodeNotReady", "Node is not ready")
            )
        }
        if !chains.isEmpty { plan.steps.append(chains) }
    }

    private func event(_ reason: String, _ message: String) -> EventRecord {
        EventRecord(about: self.node, kind: "Node", apiVersion: "v1", .normal, reason, message)
    }
}
