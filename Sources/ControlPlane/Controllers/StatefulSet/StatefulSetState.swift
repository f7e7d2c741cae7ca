// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the plan looks at in a StatefulSet, read once from the object.
struct StatefulSetState: Hashable, Sendable {
    /// `spec.updateStrategy` as it counts.
    struct UpdateStrategy: Hashable, Sendable {
        var isOnDelete: Bool
        /// Nil where `rollingUpdate` is left out, which changes at which revision pods are made.
        var partition: Int?
        var maxUnavailable: JSONValue?
    }

    /// `spec.persistentVolumeClaimRetentionPolicy`.
    struct ClaimRetention: Hashable, Sendable {
        var deletesWhenDeleted: Bool
        var deletesWhenScaled: Bool
    }

    let object: JSONValue
    let name: String
    let namespace: String
    let uid: String
    let generation: Int64
    let isTerminating: Bool
    let replicas: Int
    /// The first ordinal.
    let start: Int
    /// False for Parallel.
    let isMonotonic: Bool
    let strategy: UpdateStrategy
    let retention: ClaimRetention
    let minReadySeconds: Int64
    let revisionHistoryLimit: Int
    let serviceName: String
    let claimTemplates: [JSONValue]

    init(_ object: JSONValue) {
        self.object = object
        self.name = object.name
        self.namespace = object.namespace
        self.uid = object.uid
        self.generation = object["metadata"]?["generation"]?.integer ?? 0
        self.isTerminating = object.isTerminating
        let spec = object["spec"] ?? .emptyObject
        self.replicas = Int(clamping: spec["replicas"]?.integer ?? 1)
        self.start = Int(clamping: spec["ordinals", "start"]?.integer ?? 0)
        self.isMonotonic = spec["podManagementPolicy"]?.string != "Parallel"
        let strategy = spec["updateStrategy"]
        let rollingUpdate = strategy?["rollingUpdate"]
        self.strategy = UpdateStrategy(
            isOnDelete: strategy?["type"]?.string == "OnDelete",
            partition: rollingUpdate?.object == nil ? nil : Int(clamping: rollingUpdate?["partition"]?.integer ?? 0),
            maxUnavailable: rollingUpdate?["maxUnavailable"]
        )
        let retention = spec["persistentVolumeClaimRetentionPolicy"]
        self.retention = ClaimRetention(
            deletesWhenDeleted: retention?["whenDeleted"]?.string == "Delete",
            deletesWhenScaled: retention?["whenScaled"]?.string == "Delete"
        )
        self.minReadySeconds = spec["minReadySeconds"]?.integer ?? 0
        self.revisionHistoryLimit = Int(clamping: spec["revisionHistoryLimit"]?.integer ?? 10)
        self.serviceName = spec["serviceName"]?.string ?? ""
        self.claimTemplates = spec["volumeClaimTemplates"]?.array ?? []
    }

    /// `spec.template`.
    var template: JSONValue { self.object["spec"]?["template"] ?? .emptyObject }

    /// `status`.
    var status: JSONValue { self.object["status"] ?? .emptyObject }

    /// Whether that ordinal is among those wanted.
    func wants(ordinal: Int) -> Bool { ordinal >= self.start && ordinal < self.start + self.replicas }

    var key: ObjectName { ObjectName(namespace: self.namespace, name: self.name) }

    var ownerReference: JSONValue {
        OwnerReference(controller: self.object, kind: "StatefulSet", apiVersion: "apps/v1").json
    }

    func event(_ kind: EventRecord.Kind, _ reason: String, _ message: String) -> EventRecord {
        EventRecord(about: self.object, kind: "StatefulSet", apiVersion: "apps/v1", kind, reason, message)
    }
}
