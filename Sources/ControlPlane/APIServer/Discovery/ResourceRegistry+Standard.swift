// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What is served.
extension ResourceRegistry {
    private static let statusVerbs = ["get", "patch", "update"]

    /// The kinds of Seatrial's control plane.
    package static let standard = ResourceRegistry(Self.core + Self.groups)

    private static func status(_ kind: String) -> SubresourceDefinition {
        SubresourceDefinition(name: "status", kind: kind, verbs: Self.statusVerbs)
    }

    private static let core: [ResourceDefinition] = [
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "configmaps",
            singular: "configmap",
            kind: "ConfigMap",
            shortNames: ["cm"],
            strategy: ConfigMapStrategy(),
            table: ClusterTables.configMaps,
            storageVersionHash: "qFsyl6wFWjQ="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "endpoints",
            singular: "endpoints",
            kind: "Endpoints",
            shortNames: ["ep"],
            strategy: EndpointsStrategy(),
            table: ClusterTables.endpoints,
            storageVersionHash: "fWeeMqaN/OA=",
            deprecation: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "events",
            singular: "event",
            kind: "Event",
            shortNames: ["ev"],
            strategy: EventStrategy(),
            table: WorkloadTables.events,
            storageVersionHash: "r2yiGXH7wu8="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "namespaces",
            singular: "namespace",
            kind: "Namespace",
            shortNames: ["ns"],
            isNamespaced: false,
            verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
            subresources: [
                SubresourceDefinition(name: "finalize", kind: "Namespace", verbs: ["update"]), Self.status("Namespace"),
            ],
            strategy: NamespaceStrategy(),
            table: ClusterTables.namespaces,
            storageVersionHash: "Q3oi5N2YM8M="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "nodes",
            singular: "node",
            kind: "Node",
            shortNames: ["no"],
            isNamespaced: false,
            subresources: [Self.status("Node")],
            strategy: NodeStrategy(),
            table: ClusterTables.nodes,
            storageVersionHash: "XwShjMxG9Fs="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "persistentvolumeclaims",
            singular: "persistentvolumeclaim",
            kind: "PersistentVolumeClaim",
            shortNames: ["pvc"],
            subresources: [Self.status("PersistentVolumeClaim")],
            strategy: ClaimStrategy(),
            table: ClusterTables.claims,
            storageVersionHash: "QWTyNDq0dC4="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "persistentvolumes",
            singular: "persistentvolume",
            kind: "PersistentVolume",
            shortNames: ["pv"],
            isNamespaced: false,
            subresources: [Self.status("PersistentVolume")],
            strategy: PersistentVolumeStrategy(),
            table: ClusterTables.volumes,
            storageVersionHash: "HN/zwEC+JgM="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "pods",
            singular: "pod",
            kind: "Pod",
            shortNames: ["po"],
            categories: ["all"],
            subresources: [
                SubresourceDefinition(name: "binding", kind: "Binding", verbs: ["create"]),
                SubresourceDefinition(
                    name: "eviction",
                    kind: "Eviction",
                    group: "policy",
                    version: "v1",
                    verbs: ["create"]
                ),
                SubresourceDefinition(name: "exec", kind: "PodExecOptions", verbs: ["create", "get"]),
                SubresourceDefinition(name: "log", kind: "Pod", verbs: ["get"]), Self.status("Pod"),
            ],
            strategy: PodStrategy(),
            table: PodTable.definition,
            storageVersionHash: "xPOwRZ+Yhw8="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "services",
            singular: "service",
            kind: "Service",
            shortNames: ["svc"],
            categories: ["all"],
            subresources: [Self.status("Service")],
            strategy: ServiceStrategy(),
            table: ClusterTables.services,
            storageVersionHash: "0/CO1lhkEBI="
        ),
    ]

    private static let groups: [ResourceDefinition] = [
        ResourceDefinition(
            group: "apps",
            versions: ["v1"],
            resource: "controllerrevisions",
            singular: "controllerrevision",
            kind: "ControllerRevision",
            strategy: ControllerRevisionStrategy(),
            table: WorkloadTables.controllerRevisions,
            storageVersionHash: "85nkx63pcBU="
        ),
        ResourceDefinition(
            group: "apps",
            versions: ["v1", "v1beta1"],
            resource: "statefulsets",
            singular: "statefulset",
            kind: "StatefulSet",
            shortNames: ["sts"],
            categories: ["all"],
            subresources: [
                SubresourceDefinition(
                    name: "scale",
                    kind: "Scale",
                    group: "autoscaling",
                    version: "v1",
                    verbs: Self.statusVerbs
                ),
                Self.status("StatefulSet"),
            ],
            strategy: StatefulSetStrategy(),
            table: WorkloadTables.statefulSets,
            storageVersionHash: "H+vl74LkKdo=",
            fromBeta: BetaDefaults.apply(toStatefulSet:)
        ),
        ResourceDefinition(
            group: "policy",
            versions: ["v1", "v1beta1"],
            resource: "poddisruptionbudgets",
            singular: "poddisruptionbudget",
            kind: "PodDisruptionBudget",
            shortNames: ["pdb"],
            subresources: [Self.status("PodDisruptionBudget")],
            strategy: BudgetStrategy(),
            table: WorkloadTables.budgets,
            storageVersionHash: "EVWiDmWqyJw=",
            fromBeta: BetaDefaults.apply(toBudget:),
            toBeta: BetaDefaults.revert(budget:)
        ),
        ResourceDefinition(
            group: "storage.k8s.io",
            versions: ["v1"],
            resource: "storageclasses",
            singular: "storageclass",
            kind: "StorageClass",
            shortNames: ["sc"],
            isNamespaced: false,
            strategy: StorageClassStrategy(),
            table: ClusterTables.storageClasses,
            storageVersionHash: "K+m6uJwbjGY="
        ),
    ]
}
