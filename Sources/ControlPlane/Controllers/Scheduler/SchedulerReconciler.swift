// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The scheduler's decisions: binds pending pods to nodes, all in one sync, so that each sees where the others went.
///
/// Filters and their words are upstream's (1.36). Among the nodes that pass it takes the one with the fewest pods of the same
/// owner, then the fewest in its zone, then the least used, then the first by name: the same cluster gives the same choice.
public struct SchedulerReconciler: Reconciler {
    /// The only key.
    static let key = ObjectName(namespace: "", name: "pods")
    static let schedulerName = "default-scheduler"
    /// How long a young pod's claims may be unseen before people are told.
    private static let claimPatience = Duration.seconds(2)

    public let component = Self.schedulerName
    public let watched: [GroupVersionResource] = [.pods, .nodes, .persistentVolumeClaims]

    /// A scheduler.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        guard change.resource == .pods, let old = change.old, let new = change.new else { return [Self.key] }
        func facts(_ pod: JSONValue) -> [JSONValue?] {
            [
                pod["spec", "nodeName"], pod["metadata", "labels"], pod["metadata", "deletionTimestamp"],
                pod["metadata", "uid"], pod["spec", "schedulingGates"], Self.isFinished(pod) ? true : false,
            ]
        }
        return facts(old) == facts(new) ? [] : [Self.key]
    }

    static func isFinished(_ pod: JSONValue) -> Bool {
        let phase = pod["status", "phase"]?.string
        return phase == "Failed" || phase == "Succeeded"
    }

    /// Whether a pod waits for this scheduler.
    static func isPending(_ pod: JSONValue) -> Bool {
        (pod["spec", "nodeName"]?.string ?? "").isEmpty && !pod.isTerminating && !Self.isFinished(pod)
            && (pod["spec", "schedulerName"]?.string ?? Self.schedulerName) == Self.schedulerName
            && pod["spec", "schedulingGates"]?.array?.isEmpty ?? true
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        let pods = cache.objects(.pods)
        let pending = pods.filter(Self.isPending).sorted(by: Self.isBefore)
        guard !pending.isEmpty else { return plan }
        var nodes = cache.objects(.nodes).filter { !$0.isTerminating }.map(NodeState.init)
        for pod in pods where !Self.isFinished(pod) {
            guard let name = pod["spec", "nodeName"]?.string, let index = nodes.firstIndex(where: { $0.name == name })
            else { continue }
            nodes[index].add(pod)
        }
        var chains: [ControllerPlan.Chain] = []
        for pod in pending {
            let attempt = SchedulingAttempt(pod: pod, nodes: nodes, cache: cache)
            switch attempt.result {
            case .node(let index):
                chains.append([self.binding(of: pod, to: nodes[index].name)])
                nodes[index].add(pod)
            case .unseenClaim(let name):
                // The claims of a young pod were made before it, but another watch brings them.
                if let created = pod["metadata", "creationTimestamp"]?.string.flatMap(WallTime.init(rfc3339:)),
                    now - created < Self.claimPatience
                {
                    plan.lookAgain(after: Self.claimPatience - (now - created))
                    continue
                }
                let message =
                    "0/\(nodes.count) nodes are available: persistentvolumeclaim \"\(name)\" not found. not found"
                self.refuse(pod, message, now: now, &plan, &chains)
            case .unschedulable(let message):
                self.refuse(pod, message, now: now, &plan, &chains)
            }
        }
        if !chains.isEmpty { plan.steps = [chains] }
        return plan
    }

    private func refuse(
        _ pod: JSONValue,
        _ message: String,
        now: WallTime,
        _ plan: inout ControllerPlan,
        _ chains: inout [ControllerPlan.Chain]
    ) {
        if let update = self.condition(of: pod, message, now: now) { chains.append([update]) }
        plan.notices.append(self.event(pod, .warning, "FailedScheduling", message, action: "Scheduling"))
        plan.waiting = plan.waiting ?? WaitingReason(.unschedulable, pod.name, detail: message)
    }

    /// By priority, then by age, then by name.
    private static func isBefore(_ lhs: JSONValue, _ rhs: JSONValue) -> Bool {
        let (left, right) = (lhs["spec", "priority"]?.integer ?? 0, rhs["spec", "priority"]?.integer ?? 0)
        if left != right { return left > right }
        let created = { (pod: JSONValue) in pod["metadata", "creationTimestamp"]?.string ?? "" }
        if created(lhs) != created(rhs) { return created(lhs) < created(rhs) }
        return ObservedObjects.key(of: lhs) < ObservedObjects.key(of: rhs)
    }

    private func binding(of pod: JSONValue, to node: String) -> ControllerAction {
        let key = ObservedObjects.key(of: pod)
        let body: JSONValue = [
            "apiVersion": "v1", "kind": "Binding",
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace), "uid": .string(pod.uid)],
            "target": ["kind": "Node", "name": .string(node)],
        ]
        var action = ControllerAction(.createSubresource("binding"), .pods, key, body: body, tolerated: .absence)
        action.successEvent = self.event(
            pod,
            .normal,
            "Scheduled",
            "Successfully assigned \(key) to \(node)",
            action: "Binding"
        )
        return action
    }

    private func condition(of pod: JSONValue, _ message: String, now: WallTime) -> ControllerAction? {
        let old = pod.condition("PodScheduled")
        guard old?["status"] != "False" || old?["message"]?.string != message else { return nil }
        var condition: JSONValue = [
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": .string(message),
            "lastProbeTime": .null,
            "lastTransitionTime": old?["status"] == "False"
                ? old?["lastTransitionTime"] ?? .null : .string(now.rfc3339),
        ]
        condition["observedGeneration"] = pod["metadata", "generation"]
        var pod = pod
        let others = (pod["status", "conditions"]?.array ?? []).filter { $0["type"] != "PodScheduled" }
        pod["status", "conditions"] = .array(others + [condition])
        return ControllerAction(
            .update(subresource: "status"),
            .pods,
            ObservedObjects.key(of: pod),
            body: pod,
            tolerated: .absence
        )
    }

    private func event(
        _ pod: JSONValue,
        _ kind: EventRecord.Kind,
        _ reason: String,
        _ message: String,
        action: String
    ) -> EventRecord {
        var event = EventRecord(about: pod, kind: "Pod", apiVersion: "v1", kind, reason, message)
        event.action = action
        return event
    }
}
