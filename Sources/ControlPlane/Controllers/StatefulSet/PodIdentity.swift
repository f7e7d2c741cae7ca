// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Names, labels and volumes that give a pod of a set its identity.
enum PodIdentity {
    static let podNameLabel = "statefulset.kubernetes.io/pod-name"
    static let podIndexLabel = "apps.kubernetes.io/pod-index"
    static let revisionLabel = "controller-revision-hash"

    static func podName(set: StatefulSetState, ordinal: Int) -> String { "\(set.name)-\(ordinal)" }

    static func claimName(set: StatefulSetState, template: JSONValue, ordinal: Int) -> String {
        "\(template.name)-\(set.name)-\(ordinal)"
    }

    /// The pod of that ordinal at that revision, as it is to be created.
    static func makePod(set: StatefulSetState, revision: Revision, ordinal: Int) -> JSONValue {
        let template = revision.template
        let name = self.podName(set: set, ordinal: ordinal)
        var metadata: JSONValue = .emptyObject
        for field in ["labels", "annotations", "finalizers"] {
            metadata[field] = template["metadata", field]
        }
        metadata["name"] = .string(name)
        metadata["generateName"] = .string("\(set.name)-")
        metadata["namespace"] = .string(set.namespace)
        metadata["ownerReferences"] = [set.ownerReference]
        metadata["labels", self.podNameLabel] = .string(name)
        metadata["labels", self.podIndexLabel] = .string(String(ordinal))
        metadata["labels", self.revisionLabel] = .string(revision.name)
        var spec = template["spec"] ?? .emptyObject
        spec["hostname"] = .string(name)
        if !set.serviceName.isEmpty { spec["subdomain"] = .string(set.serviceName) }
        spec["volumes"] = self.volumes(of: spec, set: set, ordinal: ordinal)
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec]
    }

    /// The claims' volumes first; they replace those of the same name.
    private static func volumes(of spec: JSONValue, set: StatefulSetState, ordinal: Int) -> JSONValue? {
        var volumes: [JSONValue] = set.claimTemplates.map { template in
            let claim = self.claimName(set: set, template: template, ordinal: ordinal)
            return ["name": .string(template.name), "persistentVolumeClaim": ["claimName": .string(claim)]]
        }
        let claimed = Set(set.claimTemplates.map(\.name))
        volumes += (spec["volumes"]?.array ?? []).filter { !claimed.contains($0["name"]?.string ?? "") }
        return .list(volumes)
    }

    /// The claim of a template for that ordinal, as it is to be created.
    static func makeClaim(set: StatefulSetState, template: JSONValue, ordinal: Int) -> JSONValue {
        var claim = template
        claim["apiVersion"] = "v1"
        claim["kind"] = "PersistentVolumeClaim"
        claim["status"] = nil
        claim["metadata", "name"] = .string(self.claimName(set: set, template: template, ordinal: ordinal))
        claim["metadata", "namespace"] = .string(set.namespace)
        for (key, value) in set.object["spec", "selector", "matchLabels"]?.object ?? [:] {
            claim["metadata", "labels", key] = value
        }
        return claim
    }

    /// Whether name and labels say which pod of which set it is.
    static func matches(_ pod: PodState, set: StatefulSetState) -> Bool {
        guard let ordinal = pod.ordinal, pod.parent == set.name else { return false }
        let labels = pod.object["metadata"]?["labels"]
        return pod.name == self.podName(set: set, ordinal: ordinal)
            && labels?[self.podNameLabel]?.string == pod.name
            && labels?[self.podIndexLabel]?.string == String(ordinal)
    }

    /// Whether the pod's volumes are the set's claims.
    static func storageMatches(_ pod: PodState, set: StatefulSetState) -> Bool {
        guard let ordinal = pod.ordinal else { return false }
        let volumes = pod.object["spec", "volumes"]?.array ?? []
        return set.claimTemplates.allSatisfy { template in
            let volume = volumes.first { $0["name"]?.string == template.name }
            return volume?["persistentVolumeClaim", "claimName"]?.string
                == self.claimName(set: set, template: template, ordinal: ordinal)
        }
    }

    /// The pod with identity and volumes put right.
    static func corrected(_ pod: PodState, set: StatefulSetState) -> JSONValue {
        guard let ordinal = pod.ordinal else { return pod.object }
        var object = pod.object
        object["metadata", "labels", self.podNameLabel] = .string(pod.name)
        object["metadata", "labels", self.podIndexLabel] = .string(String(ordinal))
        if !self.storageMatches(pod, set: set) {
            object["spec", "volumes"] = self.volumes(of: object["spec"] ?? .emptyObject, set: set, ordinal: ordinal)
        }
        return object
    }
}
