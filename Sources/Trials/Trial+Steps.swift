// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI
import Yams

extension Trial.Step {
    init(field: YAMLField) throws(SourceError) {
        let (name, value) = try field.onlyMember([
            "patch", "rollout", "deletePod", "pause", "killLeader", "killPod", "drain", "wait", "repeat",
        ])
        switch name {
        case "patch":
            self = try Self.patch(value)
        case "rollout":
            self = .rollout(try Trial.Target(text: value, namespace: nil))
        case "deletePod":
            self = .deletePod(try Trial.Target(pod: value))
        case "killPod":
            self = .killPod(try Trial.Target(pod: value))
        case "pause":
            self = .pause(try value.duration())
        case "killLeader":
            let members = try value.members(["partition", "followersStoppedFor"])
            self = .killLeader(
                partition: try members["partition"]?.integer(0...100_000) ?? 0,
                followersStoppedFor: try members["followersStoppedFor"]?.duration() ?? .zero
            )
        case "drain":
            let members = try value.members(["nodeOf"])
            guard let pod = members["nodeOf"] else { throw value.error("expected nodeOf, a pod on the node to drain") }
            self = .drain(nodeOf: try Trial.Target(pod: pod))
        case "wait":
            self = .wait(try Trial.Condition(field: value))
        case "repeat":
            self = try Self.repeated(value)
        default:
            throw field.error("unknown step \(name)")
        }
    }

    private static func repeated(_ field: YAMLField) throws(SourceError) -> Trial.Step {
        let members = try field.members(["times", "steps"])
        guard let times = members["times"], let list = members["steps"] else {
            throw field.error("expected times, how often, and steps, a list of what is done each time")
        }
        var steps: [Trial.Step] = []
        for step in try list.elements() { steps.append(try Trial.Step(field: step)) }
        return .repeated(times: try times.integer(1...1000), steps: steps)
    }

    private static func patch(_ field: YAMLField) throws(SourceError) -> Trial.Step {
        let members = try field.members(["target", "namespace", "type", "body"])
        guard let target = members["target"], let body = members["body"] else {
            throw field.error("a patch needs a target, such as statefulset/kafka, and a body")
        }
        let type = try members["type"]?.string() ?? "strategic"
        guard ["json", "merge", "strategic"].contains(type) else {
            throw field.error("type: expected json, merge or strategic")
        }
        return .patch(
            try Trial.Target(text: target, namespace: members["namespace"]?.string()),
            type: type,
            body: body.json
        )
    }
}

extension Trial.Condition {
    /// `whole`, `{updated: 1, of: statefulset/kafka}` or `{pod: kafka-2, reason: ImagePullBackOff}`.
    init(field: YAMLField) throws(SourceError) {
        guard field.node.mapping != nil else {
            guard try field.string() == "whole" else {
                throw field.error("expected whole, {updated: COUNT, of: KIND/NAME} or {pod: NAME, reason: REASON}")
            }
            self = .whole
            return
        }
        let members = try field.members(["updated", "of", "pod", "reason"])
        if let count = members["updated"], let set = members["of"], members.count == 2 {
            self = .updated(try Trial.Target(text: set, namespace: nil), try count.integer(0...100_000))
        } else if let pod = members["pod"], let reason = members["reason"], members.count == 2 {
            self = .waiting(pod: try Trial.Target(pod: pod), reason: try reason.string())
        } else {
            throw field.error("expected either updated and of, or pod and reason")
        }
    }
}

extension Trial.Step {
    /// The steps in the order in which they are done, with those of repetitions in place of these.
    static func flattened(_ steps: [Trial.Step]) -> [Trial.Step] {
        steps.flatMap { step -> [Trial.Step] in
            guard case .repeated(let times, let steps) = step else { return [step] }
            return Array(repeating: Self.flattened(steps), count: times).flatMap { $0 }
        }
    }
}

extension Trial.Target {
    /// The kinds that a trial may name, by the words that kubectl takes for them.
    private static let resources: [String: GroupVersionResource] = [
        "statefulset": .statefulSets, "statefulsets": .statefulSets, "sts": .statefulSets,
        "pod": .pods, "pods": .pods, "po": .pods,
        "poddisruptionbudget": .podDisruptionBudgets, "pdb": .podDisruptionBudgets,
        "service": .services, "svc": .services,
        "configmap": .configMaps, "cm": .configMaps,
    ]

    /// `statefulset/kafka`, as kubectl takes it.
    init(text field: YAMLField, namespace: String?) throws(SourceError) {
        let parts = try field.string().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, let resource = Self.resources[parts[0].lowercased()] else {
            throw field.error("expected KIND/NAME, such as statefulset/kafka")
        }
        self.init(resource: resource, namespace: namespace ?? "default", name: String(parts[1]))
    }

    init(pod field: YAMLField) throws(SourceError) {
        self.init(resource: .pods, namespace: "default", name: try field.string())
    }
}

extension Trial {
    /// The StatefulSet that the trial rolls, by its first rollout step.
    var rolledSet: Target? {
        for case .rollout(let target) in Step.flattened(self.steps) { return target }
        return nil
    }
}
