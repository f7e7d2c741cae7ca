// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI

/// Small objects for tests.
enum Objects {
    static let now = WallTime(seconds: 1_000_000_000)

    static func cache(_ objects: [(GroupVersionResource, JSONValue)]) -> ObservedObjects {
        var cache = ObservedObjects()
        for (resource, object) in objects { cache.put(resource, object) }
        return cache
    }

    static func object(
        _ name: String,
        namespace: String? = "ns",
        uid: String? = nil,
        spec: JSONValue = .emptyObject,
        status: JSONValue = .emptyObject,
        labels: JSONValue = .emptyObject,
        metadata: JSONValue = .emptyObject
    ) -> JSONValue {
        var merged = metadata
        merged["name"] = .string(name)
        merged["namespace"] = namespace.map(JSONValue.string)
        merged["uid"] = .string(uid ?? "uid-\(name)")
        merged["resourceVersion"] = "1"
        merged["labels"] = labels
        return ["metadata": merged, "spec": spec, "status": status]
    }

    static func pod(
        _ name: String,
        labels: JSONValue = ["app": "web"],
        ready: Bool = true,
        phase: String = "Running",
        ip: String? = nil,
        node: String? = nil,
        spec: JSONValue = .emptyObject,
        metadata: JSONValue = .emptyObject
    ) -> JSONValue {
        var spec = spec
        spec["nodeName"] = node.map(JSONValue.string)
        var status: JSONValue = [
            "phase": .string(phase), "conditions": [["type": "Ready", "status": ready ? "True" : "False"]],
        ]
        status["podIP"] = ip.map(JSONValue.string)
        return self.object(name, spec: spec, status: status, labels: labels, metadata: metadata)
    }

    static func node(
        _ name: String,
        cpu: String = "4",
        pods: String = "110",
        zone: String = "zone-a",
        spec: JSONValue = .emptyObject
    ) -> JSONValue {
        self.object(
            name,
            namespace: nil,
            spec: spec,
            status: ["allocatable": ["cpu": .string(cpu), "memory": "8Gi", "pods": .string(pods)]],
            labels: ["kubernetes.io/hostname": .string(name), "topology.kubernetes.io/zone": .string(zone)]
        )
    }

    static func owner(_ kind: String, _ name: String, apiVersion: String = "apps/v1", blocks: Bool = true) -> JSONValue
    {
        [
            "ownerReferences": [
                [
                    "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
                    "uid": .string("uid-\(name)"), "controller": true, "blockOwnerDeletion": .bool(blocks),
                ]
            ]
        ]
    }
}

extension ControllerPlan {
    /// The actions in a few words.
    var summary: [String] {
        self.actions.map { action in
            let verb =
                switch action.operation {
                case .create: "create"
                case .update(let subresource), .mergePatch(let subresource):
                    subresource.map { "write \($0) of" } ?? "write"
                case .delete(_, _, let propagation): "delete\(propagation.map { " (\($0))" } ?? "")"
                case .evict: "evict"
                case .read: "read"
                case .createSubresource(let subresource): subresource
                }
            return "\(verb) \(action.resource.resource)/\(action.key.name)"
        }
    }
}
