// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// One look at an object: whether it has lost its owners, or waits with its deletion for its dependents.
struct CollectionSync {
    private enum OwnerState {
        case present
        /// In foreground deletion: it waits for this object.
        case waiting
        case absent(ObjectIdentity)
        /// Of a kind that is not served here; it counts as present.
        case unknown
    }

    let object: JSONValue
    let resource: GroupVersionResource
    let cache: ObservedObjects
    let watched: [GroupVersionResource]

    private var key: ObjectName { ObservedObjects.key(of: self.object) }
    private typealias Collector = GarbageCollectorReconciler

    func plan() -> ControllerPlan {
        if self.object.isTerminating {
            if self.object.finalizers.contains(Collector.orphanFinalizer) { return self.orphan() }
            if self.object.finalizers.contains(Collector.foregroundFinalizer) { return self.foreground() }
            return ControllerPlan()
        }
        return self.collect()
    }

    // MARK: - Owners

    private func state(of owner: OwnerReference) -> OwnerState {
        guard let resource = Collector.resource(ofKind: owner.kind, group: owner.group),
            self.watched.contains(resource)
        else { return .unknown }
        let identity = ObjectIdentity(
            resource: resource,
            key: ObjectName(namespace: self.key.namespace, name: owner.name),
            uid: owner.uid
        )
        guard let known = self.cache.object(resource, identity.key), known.uid == owner.uid else {
            return .absent(identity)
        }
        let isForeground = known.isTerminating && known.finalizers.contains(Collector.foregroundFinalizer)
        return isForeground ? .waiting : .present
    }

    /// Deletes the object when no owner is left, or when all that are left wait for it.
    private func collect() -> ControllerPlan {
        var plan = ControllerPlan()
        let owners = OwnerReference.all(of: self.object)
        guard !owners.isEmpty else { return plan }
        var absent: [ObjectIdentity] = []
        var (waiting, solid) = (0, 0)
        for owner in owners {
            switch self.state(of: owner) {
            case .present, .unknown: solid += 1
            case .waiting: waiting += 1
            case .absent(let identity): absent.append(identity)
            }
        }
        if solid > 0 {
            // It has somebody left: references to those that are gone, or wait for it, are dropped.
            let dead = Set(absent.map(\.uid)).union(
                owners.filter { if case .waiting = self.state(of: $0) { true } else { false } }.map(\.uid)
            )
            if !dead.isEmpty { plan.then([self.dropOwners(dead, verifying: absent, from: self.object, self.resource)]) }
            return plan
        }
        var action = ControllerAction(
            .delete(
                uid: self.object.uid,
                propagation: waiting > 0 && !self.dependents.isEmpty ? "Foreground" : self.propagation
            ),
            self.resource,
            self.key,
            tolerated: .absence
        )
        // A cache may not have heard of a young owner yet: only a live read proves that it is gone.
        action.preconditions = absent.map { .absent($0) }
        plan.then([action])
        return plan
    }

    private var propagation: String {
        self.object.finalizers.contains(Collector.orphanFinalizer) ? "Orphan" : "Background"
    }

    // MARK: - Deletions that wait

    private var dependents: [(resource: GroupVersionResource, object: JSONValue)] {
        Collector.dependents(of: self.object.uid, namespace: self.key.namespace, in: self.cache, self.watched)
    }

    /// Dependents lose their reference to this owner, then the owner may go.
    private func orphan() -> ControllerPlan {
        var plan = ControllerPlan()
        for (resource, dependent) in self.dependents {
            plan.then([self.dropOwners([self.object.uid], verifying: [], from: dependent, resource)])
        }
        plan.then([self.dropFinalizer(Collector.orphanFinalizer)])
        return plan
    }

    /// Dependents are deleted; the owner stays until none that blocks it is left.
    private func foreground() -> ControllerPlan {
        var plan = ControllerPlan()
        let dependents = self.dependents
        for (resource, dependent) in dependents where !dependent.isTerminating {
            let others = OwnerReference.all(of: dependent).filter { $0.uid != self.object.uid }
            let hasOthers = others.contains { if case .present = self.state(of: $0) { true } else { false } }
            if hasOthers {
                plan.then([self.dropOwners([self.object.uid], verifying: [], from: dependent, resource)])
            } else {
                let hasDependents = !Collector.dependents(
                    of: dependent.uid,
                    namespace: self.key.namespace,
                    in: self.cache,
                    self.watched
                ).isEmpty
                plan.then([
                    ControllerAction(
                        .delete(uid: dependent.uid, propagation: hasDependents ? "Foreground" : "Background"),
                        resource,
                        ObservedObjects.key(of: dependent),
                        tolerated: .absence
                    )
                ])
            }
        }
        let blocking = dependents.filter { _, dependent in
            OwnerReference.all(of: dependent).contains { $0.uid == self.object.uid && $0.blocksOwnerDeletion }
        }
        if let first = blocking.first {
            plan.waiting = WaitingReason(.deleting, self.object.name, detail: "\(first.object.name) goes first")
        } else {
            plan.then([self.dropFinalizer(Collector.foregroundFinalizer)])
        }
        return plan
    }

    // MARK: - Writes

    private func dropOwners(
        _ uids: Set<String>,
        verifying absent: [ObjectIdentity],
        from object: JSONValue,
        _ resource: GroupVersionResource
    ) -> ControllerAction {
        var object = object
        let left = OwnerReference.all(of: object).filter { !uids.contains($0.uid) }.map(\.json)
        object["metadata", "ownerReferences"] = .list(left)
        var action = ControllerAction(
            .update(subresource: nil),
            resource,
            ObservedObjects.key(of: object),
            body: object,
            tolerated: .absence
        )
        action.preconditions = absent.map { .absent($0) }
        return action
    }

    private func dropFinalizer(_ name: String) -> ControllerAction {
        var object = self.object
        let left = object.finalizers.filter { $0 != name }.map(JSONValue.string)
        object["metadata", "finalizers"] = .list(left)
        return ControllerAction(.update(subresource: nil), self.resource, self.key, body: object, tolerated: .absence)
    }
}
