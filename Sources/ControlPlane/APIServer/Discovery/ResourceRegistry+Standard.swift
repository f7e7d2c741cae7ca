// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What is served.
extension ResourceRegistry {
    private static let statusVerbs = ["get", "patch", "update"]

    /// The kinds of Seatrial's control plane.
    package static let standard = ResourceRegistry(
        Self.core + Self.apps + Self.reviews + Self.others + Self.oldForms
    )

    /// The `scale` subresource of workloads that can be made larger.
    private static let scale = SubresourceDefinition(
        name: "scale",
        kind: "Scale",
        group: "autoscaling",
        version: "v1",
        verbs: Self.statusVerbs
    )

    static func status(_ kind: String) -> SubresourceDefinition {
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
                SubresourceDefinition(name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"]),
                SubresourceDefinition(name: "binding", kind: "Binding", verbs: ["create"]),
                SubresourceDefinition(
                    name: "eviction",
                    kind: "Eviction",
                    group: "policy",
                    version: "v1",
                    verbs: ["create"]
                ),
                SubresourceDefinition(name: "exec", kind: "PodExecOptions", verbs: ["create", "get"]),
                SubresourceDefinition(name: "log", kind: "Pod", verbs: ["get"]),
                SubresourceDefinition(name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"]),
                Self.status("Pod"),
            ],
            strategy: PodStrategy(),
            table: PodTable.definition,
            storageVersionHash: "xPOwRZ+Yhw8="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "secrets",
            singular: "secret",
            kind: "Secret",
            strategy: SecretStrategy(),
            table: ClusterTables.secrets,
            storageVersionHash: "S6u1pOWzb84="
        ),
        ResourceDefinition(
            group: "",
            versions: ["v1"],
            resource: "serviceaccounts",
            singular: "serviceaccount",
            kind: "ServiceAccount",
            shortNames: ["sa"],
            subresources: [
                SubresourceDefinition(
                    name: "token",
                    kind: "TokenRequest",
                    group: "authentication.k8s.io",
                    version: "v1",
                    verbs: ["create"]
                )
            ],
            strategy: ServiceAccountStrategy(),
            table: ClusterTables.serviceAccounts,
            storageVersionHash: "pbx9ZvyFpBE="
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

    private static let apps: [ResourceDefinition] = [
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
            versions: ["v1", "v1beta2"],
            resource: "daemonsets",
            singular: "daemonset",
            kind: "DaemonSet",
            shortNames: ["ds"],
            categories: ["all"],
            subresources: [Self.status("DaemonSet")],
            strategy: DaemonSetStrategy(),
            table: PodOwnerTables.daemonSets,
            storageVersionHash: "dd7pWHUlMKQ="
        ),
        ResourceDefinition(
            group: "apps",
            versions: ["v1"],
            resource: "deployments",
            singular: "deployment",
            kind: "Deployment",
            shortNames: ["deploy"],
            categories: ["all"],
            subresources: [Self.scale, Self.status("Deployment")],
            strategy: DeploymentStrategy(),
            table: PodOwnerTables.deployments,
            storageVersionHash: "8aSe+NMegvE="
        ),
        ResourceDefinition(
            group: "apps",
            versions: ["v1"],
            resource: "replicasets",
            singular: "replicaset",
            kind: "ReplicaSet",
            shortNames: ["rs"],
            categories: ["all"],
            subresources: [Self.scale, Self.status("ReplicaSet")],
            strategy: ReplicaSetStrategy(),
            table: PodOwnerTables.replicaSets,
            storageVersionHash: "P1RzHs8/mWQ="
        ),
        ResourceDefinition(
            group: "apps",
            versions: ["v1", "v1beta1"],
            resource: "statefulsets",
            singular: "statefulset",
            kind: "StatefulSet",
            shortNames: ["sts"],
            categories: ["all"],
            subresources: [Self.scale, Self.status("StatefulSet")],
            strategy: StatefulSetStrategy(),
            table: WorkloadTables.statefulSets,
            storageVersionHash: "H+vl74LkKdo=",
            fromBeta: BetaDefaults.apply(toStatefulSet:)
        ),
    ]
}
