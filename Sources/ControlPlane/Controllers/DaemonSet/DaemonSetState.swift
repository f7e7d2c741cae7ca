// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON

/// What the plan looks at in a DaemonSet, read once from the object.
struct DaemonSetState: Hashable, Sendable {
    /// Set by the API server; counts the changes of the template.
    static let templateGenerationAnnotation = "deprecated.daemonset.template.generation"

    let object: JSONValue
    let name: String
    let namespace: String
    let uid: String
    let generation: Int64
    let isTerminating: Bool
    let isOnDelete: Bool
    /// `rollingUpdate.maxUnavailable`: 1 where it is left out.
    let maxUnavailable: IntOrPercent
    /// `rollingUpdate.maxSurge`: 0 where it is left out.
    let maxSurge: IntOrPercent
    let minReadySeconds: Int64
    let revisionHistoryLimit: Int
    /// The template's generation as the annotation has it; nil when it has none.
    let templateGeneration: String?

    init(_ object: JSONValue) {
        self.object = object
        self.name = object.name
        self.namespace = object.namespace
        self.uid = object.uid
        self.generation = object["metadata"]?["generation"]?.integer ?? 0
        self.isTerminating = object.isTerminating
        let spec = object["spec"]
        let strategy = spec?["updateStrategy"]
        self.isOnDelete = strategy?["type"]?.string == "OnDelete"
        self.maxUnavailable = strategy?["rollingUpdate"]?["maxUnavailable"].flatMap(IntOrPercent.init) ?? .count(1)
        self.maxSurge = strategy?["rollingUpdate"]?["maxSurge"].flatMap(IntOrPercent.init) ?? .count(0)
        self.minReadySeconds = spec?["minReadySeconds"]?.integer ?? 0
        self.revisionHistoryLimit = Int(clamping: spec?["revisionHistoryLimit"]?.integer ?? 10)
        let generation = object["metadata"]?["annotations"]?[Self.templateGenerationAnnotation]?.string
        self.templateGeneration = generation.flatMap { Int64($0) }.map(String.init)
    }

    /// `spec.template`.
    var template: JSONValue { self.object["spec"]?["template"] ?? .emptyObject }
    /// `status`.
    var status: JSONValue { self.object["status"] ?? .emptyObject }
    var key: ObjectName { ObjectName(namespace: self.namespace, name: self.name) }
    var pods: PodControl { PodControl(owner: self.object, kind: "DaemonSet", apiVersion: "apps/v1") }

    /// Whether new pods may come up beside old ones.
    var allowsSurge: Bool {
        switch self.maxSurge {
        case .count(let count), .percent(let count): !self.isOnDelete && count > 0
        }
    }

    /// Whether an empty selector would make every pod of the namespace its own.
    var selectsEverything: Bool { ObjectSelector(self.object["spec"]?["selector"]).matchesEverything }
}
