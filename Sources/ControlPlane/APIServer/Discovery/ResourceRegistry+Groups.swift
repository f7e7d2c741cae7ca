// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KubernetesAPI

/// What is served outside the core group and apps, in upstream's order of discovery.
extension ResourceRegistry {
    /// What is asked rather than stored.
    static let reviews: [ResourceDefinition] = [
        ResourceDefinition(
            group: "events.k8s.io",
            versions: ["v1"],
            resource: "events",
            singular: "event",
            kind: "Event",
            shortNames: ["ev"],
            strategy: EventStrategy(),
            table: TableDefinition(WorkloadTables.events.columns) { object, now in
                var event = object
                EventConversion.toCore(&event)
                return WorkloadTables.events.cells(event, now)
            },
            storageVersionHash: "r2yiGXH7wu8=",
            fromBeta: EventConversion.toCore,
            toBeta: EventConversion.fromCore,
            storage: .events,
            schemaName: Schema.eventsEvent
        ),
        Self.review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
        Self.review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        Self.review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    ]

    private static func review(_ group: String, _ resource: String, _ kind: String) -> ResourceDefinition {
        ResourceDefinition(
            group: group,
            versions: ["v1"],
            resource: resource,
            singular: kind.lowercased(),
            kind: kind,
            isNamespaced: false,
            verbs: ["create"],
            strategy: ReviewStrategy(),
            table: TableDefinition([.name, .age]) { object, now in [Cell.name(of: object), Cell.age(of: object, now)] }
        )
    }

    static let others: [ResourceDefinition] = [
        ResourceDefinition(
            group: "batch",
            versions: ["v1"],
            resource: "jobs",
            singular: "job",
            kind: "Job",
            categories: ["all"],
            subresources: [Self.status("Job")],
            strategy: JobStrategy(),
            table: PodOwnerTables.jobs,
            storageVersionHash: "mudhfqk/qZY="
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
        ResourceDefinition(
            group: "scheduling.k8s.io",
            versions: ["v1"],
            resource: "priorityclasses",
            singular: "priorityclass",
            kind: "PriorityClass",
            shortNames: ["pc"],
            isNamespaced: false,
            strategy: PriorityClassStrategy(),
            table: ClusterTables.priorityClasses,
            storageVersionHash: "1QwjyaZjj3Y="
        ),
        ResourceDefinition(
            group: "coordination.k8s.io",
            versions: ["v1"],
            resource: "leases",
            singular: "lease",
            kind: "Lease",
            strategy: LeaseStrategy(),
            table: ClusterTables.leases,
            storageVersionHash: "gqkMMb/YqFM="
        ),
        ResourceDefinition(
            group: "discovery.k8s.io",
            versions: ["v1"],
            resource: "endpointslices",
            singular: "endpointslice",
            kind: "EndpointSlice",
            strategy: EndpointSliceStrategy(),
            table: ClusterTables.endpointSlices,
            storageVersionHash: "qgS0xkrxYAI="
        ),
    ]

    /// Forms that upstream no longer serves and published manifests still have. They have no short names and are in no
    /// category, so that nothing is shown twice.
    static let oldForms: [ResourceDefinition] = [
        ResourceDefinition(
            group: "extensions",
            versions: ["v1beta1"],
            resource: "daemonsets",
            singular: "daemonset",
            kind: "DaemonSet",
            subresources: [Self.status("DaemonSet")],
            strategy: DaemonSetStrategy(),
            table: PodOwnerTables.daemonSets,
            fromBeta: BetaDefaults.apply(toDaemonSet:),
            storage: .daemonSets
        )
    ]
}

/// What is answered and never stored.
struct ReviewStrategy: ResourceStrategy {}
