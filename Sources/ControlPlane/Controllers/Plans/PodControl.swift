// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Pods as DaemonSets, ReplicaSets and Jobs make and delete them, with the events that upstream records.
struct PodControl: Hashable, Sendable {
    /// The object that owns the pods.
    let owner: JSONValue
    let kind: String
    let apiVersion: String

    var ownerReference: JSONValue {
        OwnerReference(controller: self.owner, kind: self.kind, apiVersion: self.apiVersion).json
    }

    func event(_ kind: EventRecord.Kind, _ reason: String, _ message: String) -> EventRecord {
        EventRecord(about: self.owner, kind: self.kind, apiVersion: self.apiVersion, kind, reason, message)
    }

    /// A pod of a template that belongs to the owner.
    func makePod(template: JSONValue, name: String) -> JSONValue {
        var metadata: JSONValue = .emptyObject
        for field in ["labels", "annotations", "finalizers"] {
            metadata[field] = template["metadata", field]
        }
        metadata["name"] = .string(name)
        metadata["generateName"] = .string("\(self.owner.name)-")
        metadata["namespace"] = .string(self.owner.namespace)
        metadata["ownerReferences"] = [self.ownerReference]
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"] ?? .emptyObject]
    }

    func creation(of pod: JSONValue) -> ControllerAction {
        var action = ControllerAction(.create, .pods, ObservedObjects.key(of: pod), body: pod)
        action.successEvent = self.event(.normal, "SuccessfulCreate", "Created pod: \(pod.name)")
        action.failureEvent = self.event(
            .warning,
            "FailedCreate",
            "Error creating: \(EventRecord.errorPlaceholder)"
        )
        return action
    }

    func deletion(of pod: PodState) -> ControllerAction {
        var action = ControllerAction(
            .delete(uid: pod.uid),
            .pods,
            ObservedObjects.key(of: pod.object),
            tolerated: .absence
        )
        action.successEvent = self.event(.normal, "SuccessfulDelete", "Deleted pod: \(pod.name)")
        action.failureEvent = self.event(
            .warning,
            "FailedDelete",
            "Error deleting: \(EventRecord.errorPlaceholder)"
        )
        return action
    }

    /// The most creations and deletions of one sync.
    static let burstMax = 250

    /// Steps that make pods in batches of 1, 2, 4 …: what fails for one fails few times.
    static func slowStart(_ creations: [ControllerAction]) -> [[ControllerPlan.Chain]] {
        var steps: [[ControllerPlan.Chain]] = []
        var (index, size) = (0, 1)
        while index < creations.count {
            let end = min(creations.count, index + size)
            steps.append(creations[index..<end].map { [$0] })
            (index, size) = (end, size * 2)
        }
        return steps
    }
}
