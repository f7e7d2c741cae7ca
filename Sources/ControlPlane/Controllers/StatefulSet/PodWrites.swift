// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The requests about pods and claims, with upstream's events.
extension StatefulSetSync {
    func podEvent(_ verb: String, _ pod: PodState) -> EventRecord {
        self.set.event(
            .normal,
            "Successful\(verb)",
            "\(verb) Pod \(pod.name) in StatefulSet \(self.set.name) successful"
        )
    }

    func podFailure(_ verb: String, _ pod: PodState, error: String = EventRecord.errorPlaceholder) -> EventRecord {
        self.set.event(
            .warning,
            "Failed\(verb)",
            "\(verb) Pod \(pod.name) in StatefulSet \(self.set.name) failed error: \(error)"
        )
    }

    func creation(of pod: PodState) -> ControllerAction {
        var action = ControllerAction(.create, .pods, ObservedObjects.key(of: pod.object), body: pod.object)
        action.successEvent = self.podEvent("Create", pod)
        action.failureEvent = self.podFailure("Create", pod)
        return action
    }

    /// A plain deletion, which asks no budget.
    func deletion(of pod: PodState) -> ControllerAction {
        var action = ControllerAction(
            .delete(uid: pod.uid),
            .pods,
            ObjectName(namespace: self.set.namespace, name: pod.name)
        )
        action.successEvent = self.podEvent("Delete", pod)
        action.failureEvent = self.podFailure("Delete", pod)
        return action
    }

    /// A claim that belongs to an earlier pod of this name, where scaling deletes claims.
    func staleClaim(of pod: PodState) -> String? {
        guard self.set.retention.deletesWhenScaled else { return nil }
        return self.claims(of: pod).lazy.compactMap { name, _ in
            self.claim(name).flatMap {
                ClaimRetentionPlan.isStale($0, podName: pod.name, podUID: pod.uid) ? name : nil
            }
        }.first
    }

    /// Creates the claims that are missing; one that is being deleted is an error, since the pod would use it.
    func addClaims(of pod: PodState, verb: String, to look: inout Look) {
        for (name, template) in self.claims(of: pod) {
            if let claim = self.claim(name) {
                guard claim.isTerminating else { continue }
                let failure = "pvc \(name) is being deleted"
                look.failure = failure
                look.events.append(self.podFailure(verb, pod, error: failure))
                return
            }
            var action = ControllerAction(
                .create,
                .persistentVolumeClaims,
                ObjectName(namespace: self.set.namespace, name: name),
                body: PodIdentity.makeClaim(set: self.set, template: template, ordinal: pod.ordinal ?? 0)
            )
            action.successEvent = self.set.event(
                .normal,
                "SuccessfulCreate",
                "Create Claim \(name) Pod \(pod.name) in StatefulSet \(self.set.name) success"
            )
            action.failureEvent = self.set.event(
                .warning,
                "FailedCreate",
                "Create Claim \(name) for Pod \(pod.name) in StatefulSet \(self.set.name) failed error: "
                    + EventRecord.errorPlaceholder
            )
            look.chain.append(action)
        }
    }

    /// Puts the owners of the pod's claims right, as the retention policy wants them.
    func addClaimOwners(of pod: PodState, to look: inout Look) {
        let retention = ClaimRetentionPlan(set: self.set, pod: pod)
        for (name, _) in self.claims(of: pod) {
            guard var claim = self.claim(name) else { continue }
            switch retention.verdict(on: claim) {
            case .upToDate: continue
            case .owners(let references):
                claim["metadata", "ownerReferences"] = .list(references)
                var action = ControllerAction(
                    .update(subresource: nil),
                    .persistentVolumeClaims,
                    ObservedObjects.key(of: claim),
                    body: claim
                )
                action.failureEvent = self.podFailure(
                    "Update",
                    pod,
                    error: "could not update claim \(name) for delete policy ownerRefs: \(EventRecord.errorPlaceholder)"
                )
                look.chain.append(action)
            }
        }
    }

    private func claims(of pod: PodState) -> [(name: String, template: JSONValue)] {
        guard let ordinal = pod.ordinal else { return [] }
        return self.set.claimTemplates.map {
            (PodIdentity.claimName(set: self.set, template: $0, ordinal: ordinal), $0)
        }
    }

    private func claim(_ name: String) -> JSONValue? {
        self.cache.object(.persistentVolumeClaims, ObjectName(namespace: self.set.namespace, name: name))
    }
}
