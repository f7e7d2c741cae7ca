// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What upstream fills into the other kinds (`pkg/apis/*/v1/defaults.go`).
enum ObjectDefaults {
    static func apply(toStatefulSet set: inout JSONValue) {
        set.change("spec") { spec in
            spec.setDefaultText("podManagementPolicy", "OrderedReady")
            spec.change("updateStrategy") { strategy in
                if (strategy["type"]?.string ?? "").isEmpty {
                    strategy["type"] = "RollingUpdate"
                    strategy.setDefault("rollingUpdate", .emptyObject)
                }
                // An explicit type without the settings stays without: that has a meaning of its own.
                if strategy["type"] == "RollingUpdate" {
                    strategy.change("rollingUpdate") { $0.setDefault("partition", 0) }
                }
            }
            spec.setDefault("persistentVolumeClaimRetentionPolicy", .emptyObject)
            spec.change("persistentVolumeClaimRetentionPolicy") { policy in
                policy.setDefaultText("whenDeleted", "Retain")
                policy.setDefaultText("whenScaled", "Retain")
            }
            spec.setDefault("replicas", 1)
            spec.setDefault("revisionHistoryLimit", 10)
            spec.change("template") { $0.change("spec", PodDefaults.apply(toSpec:)) }
            spec.changeEach("volumeClaimTemplates") { claim in
                claim["apiVersion"] = "v1"
                claim["kind"] = "PersistentVolumeClaim"
                Self.apply(toClaim: &claim)
            }
        }
    }

    static func apply(toClaim claim: inout JSONValue) {
        claim.change("status") { $0.setDefaultText("phase", "Pending") }
        claim.change("spec") { $0.setDefault("volumeMode", "Filesystem") }
    }

    static func apply(toVolume volume: inout JSONValue) {
        volume.change("status") { $0.setDefaultText("phase", "Pending") }
        volume.change("spec") { spec in
            spec.setDefaultText("persistentVolumeReclaimPolicy", "Retain")
            spec.setDefault("volumeMode", "Filesystem")
            spec.change("hostPath") { $0.setDefault("type", "") }
        }
    }

    static func apply(toService service: inout JSONValue) {
        service.change("spec") { spec in
            spec.setDefaultText("sessionAffinity", "None")
            if spec["sessionAffinity"] == "ClientIP" {
                spec.setDefault("sessionAffinityConfig", ["clientIP": ["timeoutSeconds": 10800]])
            }
            if spec["sessionAffinity"] == "None" { spec["sessionAffinityConfig"] = nil }
            spec.setDefaultText("type", "ClusterIP")
            spec.changeEach("ports") { port in
                port.setDefaultText("protocol", "TCP")
                if port["targetPort"] == nil || port["targetPort"] == 0 || port["targetPort"] == "" {
                    port["targetPort"] = port["port"]
                }
            }
            let type = spec["type"]?.string ?? ""
            let isExternal = type == "NodePort" || type == "LoadBalancer"
            if isExternal || (type == "ClusterIP" && spec["externalIPs"] != nil) {
                spec.setDefaultText("externalTrafficPolicy", "Cluster")
            }
            if isExternal || type == "ClusterIP" { spec.setDefault("internalTrafficPolicy", "Cluster") }
            if type == "LoadBalancer" { spec.setDefault("allocateLoadBalancerNodePorts", true) }
        }
    }

    static func apply(toEndpoints endpoints: inout JSONValue) {
        endpoints.changeEach("subsets") { subset in
            subset.changeEach("ports") { $0.setDefaultText("protocol", "TCP") }
        }
    }

    static func apply(toNamespace namespace: inout JSONValue) {
        if let name = namespace["metadata", "name"]?.string, !name.isEmpty {
            namespace["metadata", "labels", "kubernetes.io/metadata.name"] = .string(name)
        }
        namespace.change("status") { $0.setDefaultText("phase", "Active") }
    }

    static func apply(toNode node: inout JSONValue) {
        node.change("status") { status in
            if status["allocatable"] == nil, let capacity = status["capacity"] { status["allocatable"] = capacity }
        }
    }

    static func apply(toStorageClass storageClass: inout JSONValue) {
        storageClass.setDefault("reclaimPolicy", "Delete")
        storageClass.setDefault("volumeBindingMode", "Immediate")
    }
}
