// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Fields of pods that are accepted and change nothing here: each kind of pod is told once.
struct IgnoredFields {
    private static let ofPods = [
        "securityContext", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace", "hostAliases", "dnsConfig",
        "runtimeClassName", "overhead", "setHostnameAsFQDN",
    ]
    private static let ofContainers = ["securityContext", "volumeDevices", "resizePolicy"]

    /// Whose pods were told of, and what.
    private var told: Set<[String]> = []

    /// The event for a pod; nil when nothing is to be told, or was told about its like.
    mutating func event(about pod: Pod) -> PodLifecycle.PodEvent? {
        let names = Self.names(in: pod)
        let owner = pod.metadata.ownerReferences.first?.uid ?? pod.metadata.uid
        guard !names.isEmpty, self.told.count < Limits.ignoredFieldsMax, self.told.insert([owner] + names).inserted
        else { return nil }
        let list = names.joined(separator: ", ")
        return .warning("FieldsIgnored", "without effect, since containers are plain processes here: \(list)")
    }

    /// The fields that a pod sets in vain, in the order of its spec.
    static func names(in pod: Pod) -> [String] {
        let spec = pod.spec
        var names = self.ofPods.filter { Self.isSet(spec.json[$0]) }.map { "spec.\($0)" }
        for volume in spec.volumes {
            guard let empty = volume.emptyDir else { continue }
            if !empty.sizeLimit.isEmpty { names.append("spec.volumes{\(volume.name)}.emptyDir.sizeLimit") }
            if !empty.medium.isEmpty { names.append("spec.volumes{\(volume.name)}.emptyDir.medium") }
        }
        for (list, containers) in [("initContainers", spec.initContainers), ("containers", spec.containers)] {
            for container in containers {
                let place = "spec.\(list){\(container.name)}"
                names += self.ofContainers.filter { Self.isSet(container.json[$0]) }.map { "\(place).\($0)" }
                if !container.resources.limits.isEmpty { names.append("\(place).resources.limits") }
                for mount in container.volumeMounts where mount.readOnly && !Self.isAccountToken(mount) {
                    names.append("\(place).volumeMounts{\(mount.mountPath)}.readOnly")
                }
            }
        }
        return names
    }

    private static func isSet(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null, .bool(false): false
        case .object(let object): !object.isEmpty
        case .array(let array): !array.isEmpty
        case .string(let text): !text.isEmpty
        case .bool, .integer, .double: true
        }
    }

    /// The mount that every pod gets without asking.
    private static func isAccountToken(_ mount: VolumeMount) -> Bool {
        mount.mountPath == "/var/run/secrets/kubernetes.io/serviceaccount"
    }
}
