// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// What the plan looks at in a Deployment, read once from the object.
struct DeploymentState: Hashable, Sendable {
    static let revisionAnnotation = "deployment.kubernetes.io/revision"
    static let historyAnnotation = "deployment.kubernetes.io/revision-history"
    static let desiredAnnotation = "deployment.kubernetes.io/desired-replicas"
    static let maxAnnotation = "deployment.kubernetes.io/max-replicas"
    static let hashLabel = "pod-template-hash"
    /// Upstream's stand-in for "no deadline".
    private static let noDeadline: Int64 = 2_147_483_647

    let object: JSONValue
    let replicas: Int
    let isPaused: Bool
    let isRecreate: Bool
    let maxSurge: Int
    let maxUnavailable: Int
    /// Nil where progress has no deadline.
    let progressDeadline: Duration?
    let historyLimit: Int

    init(_ object: JSONValue) {
        self.object = object
        let spec = object["spec"]
        let replicas = Int(clamping: spec?["replicas"]?.integer ?? 1)
        self.replicas = replicas
        self.isPaused = spec?["paused"]?.bool ?? false
        self.isRecreate = spec?["strategy"]?["type"]?.string == "Recreate"
        let rolling = spec?["strategy"]?["rollingUpdate"]
        func limit(_ field: String, roundUp: Bool) -> Int {
            let value = rolling?[field].flatMap(IntOrPercent.init) ?? .percent(25)
            return value.scaled(total: replicas, roundUp: roundUp)
        }
        let surge = self.isRecreate ? 0 : limit("maxSurge", roundUp: true)
        let unavailable = self.isRecreate ? 0 : min(replicas, limit("maxUnavailable", roundUp: false))
        self.maxSurge = surge
        // With both at zero nothing could ever move.
        self.maxUnavailable = surge == 0 && unavailable == 0 && !self.isRecreate ? 1 : unavailable
        let deadline = spec?["progressDeadlineSeconds"]?.integer ?? 600
        self.progressDeadline = deadline == Self.noDeadline ? nil : .seconds(deadline)
        self.historyLimit = Int(clamping: spec?["revisionHistoryLimit"]?.integer ?? 10)
    }

    var name: String { self.object.name }
    var key: ObjectName { ObservedObjects.key(of: self.object) }
    var template: JSONValue { self.object["spec"]?["template"] ?? .emptyObject }
    var status: JSONValue { self.object["status"] ?? .emptyObject }
    var control: PodControl { PodControl(owner: self.object, kind: "Deployment", apiVersion: "apps/v1") }
    /// The most pods there may be at a time.
    var maxReplicas: Int { self.replicas == 0 ? 0 : self.replicas + self.maxSurge }

    /// Whether a ReplicaSet's pods are of this template.
    func isOfTemplate(_ set: JSONValue) -> Bool {
        var template = set["spec"]?["template"] ?? .emptyObject
        template["metadata", "labels", Self.hashLabel] = nil
        return template == self.template
    }
}

/// A ReplicaSet of a Deployment, with the size that the plan gives it.
struct DeploymentReplicas: Hashable, Sendable {
    let object: JSONValue
    var replicas: Int
    /// Annotations to be set beside the size.
    var annotations: [String: String] = [:]
    let isNew: Bool

    init(_ object: JSONValue, isNew: Bool = false) {
        self.object = object
        self.replicas = Int(clamping: object["spec", "replicas"]?.integer ?? 0)
        self.isNew = isNew
    }

    var name: String { self.object.name }
    var observedReplicas: Int { Int(clamping: self.object["spec", "replicas"]?.integer ?? 0) }
    func count(_ field: String) -> Int { Int(clamping: self.object["status", field]?.integer ?? 0) }
    var revision: Int64 {
        self.object["metadata", "annotations"]?[DeploymentState.revisionAnnotation]?.string.flatMap { Int64($0) } ?? 0
    }

    static func isOlder(_ lhs: DeploymentReplicas, _ rhs: DeploymentReplicas) -> Bool {
        func rank(_ set: DeploymentReplicas) -> (String, String) {
            (set.object["metadata", "creationTimestamp"]?.string ?? "", set.name)
        }
        return rank(lhs) < rank(rhs)
    }
}
