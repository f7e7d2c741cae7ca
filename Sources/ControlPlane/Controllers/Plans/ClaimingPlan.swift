// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// Which objects are an owner's: it adopts orphans that fit and releases what no longer does.
struct ClaimingPlan: Hashable, Sendable {
    /// Who claims.
    let owner: PodControl
    let resource: GroupVersionResource
    let selector: ObjectSelector
    /// What the part of a pod's name before its ordinal has to be; nil where names do not matter.
    let podParent: String?
    /// What to write for that, before anything else.
    private(set) var actions: [ControllerAction] = []

    init(
        owner: PodControl,
        resource: GroupVersionResource,
        selector: ObjectSelector,
        podParent: String? = nil
    ) {
        self.owner = owner
        self.resource = resource
        self.selector = selector
        self.podParent = podParent
    }

    private var isTerminating: Bool { self.owner.owner.isTerminating }
    private var uid: String { self.owner.owner.uid }

    /// The owner's revisions; matching orphans are adopted.
    mutating func claimRevisions(of revisions: some Sequence<JSONValue>) -> [Revision] {
        var claimed: [Revision] = []
        for object in revisions where self.selector.matches(object) {
            switch OwnerReference.controller(of: object) {
            case let owner? where owner.uid == self.uid:
                claimed.append(Revision(object))
            case nil where !self.isTerminating:
                let adopted = self.adopted(object)
                self.actions.append(self.adoption(of: adopted, .controllerRevisions))
                claimed.append(Revision(adopted))
            case nil:
                claimed.append(Revision(object))
            case _?:
                break
            }
        }
        return claimed
    }

    /// The owner's objects of another kind; matching orphans are adopted.
    mutating func claim(_ resource: GroupVersionResource, of objects: some Sequence<JSONValue>) -> [JSONValue] {
        objects.compactMap { object in
            if let owner = OwnerReference.controller(of: object) { return owner.uid == self.uid ? object : nil }
            guard !self.isTerminating, !object.isTerminating, self.selector.matches(object) else { return nil }
            let adopted = self.adopted(object)
            self.actions.append(self.adoption(of: adopted, resource))
            return adopted
        }
    }

    /// The owner's pods; matching orphans are adopted, own pods that no longer match are released.
    mutating func claimPods(of pods: some Sequence<JSONValue>) -> [PodState] {
        var claimed: [PodState] = []
        for object in pods {
            switch OwnerReference.controller(of: object) {
            case let owner? where owner.uid == self.uid:
                let pod = PodState(object)
                if self.fits(pod) {
                    claimed.append(pod)
                } else if !self.isTerminating {
                    self.actions.append(self.release(of: object))
                }
            case nil where !self.isTerminating:
                let pod = PodState(object)
                guard self.fits(pod), !pod.isTerminating else { continue }
                let adopted = self.adopted(object)
                self.actions.append(self.adoption(of: adopted, .pods))
                claimed.append(PodState(adopted))
            case nil, _?:
                break
            }
        }
        return claimed
    }

    private func fits(_ pod: PodState) -> Bool {
        self.selector.matches(pod.object) && (self.podParent == nil || pod.parent == self.podParent ?? "")
    }

    private func adopted(_ object: JSONValue) -> JSONValue {
        var object = object
        let references = object["metadata", "ownerReferences"]?.array ?? []
        object["metadata", "ownerReferences"] = .array(references + [self.owner.ownerReference])
        return object
    }

    /// The owner must be there, as it was seen: a stale cache would give a pod to an owner that is no more.
    private func adoption(of object: JSONValue, _ resource: GroupVersionResource) -> ControllerAction {
        var action = ControllerAction(
            .update(subresource: nil),
            resource,
            ObservedObjects.key(of: object),
            body: object
        )
        action.preconditions = [.present(self.owner.owner.identity(self.resource))]
        return action
    }

    private func release(of object: JSONValue) -> ControllerAction {
        var object = object
        let references = (object["metadata", "ownerReferences"]?.array ?? []).filter {
            $0["uid"]?.string != self.uid
        }
        object["metadata", "ownerReferences"] = .list(references)
        return ControllerAction(
            .update(subresource: nil),
            .pods,
            ObservedObjects.key(of: object),
            body: object,
            tolerated: .absence
        )
    }
}
