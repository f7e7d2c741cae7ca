// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI

extension Trial.Step {
    init(field: YAMLField) throws(SourceError) {
        let (name, value) = try field.onlyMember([
            "patch", "rollout", "deletePod", "pause", "killLeader", "killPod",
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
        default:
            throw field.error("unknown step \(name)")
        }
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
