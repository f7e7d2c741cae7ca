// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The garbage collector's decisions: objects whose owners are gone go too; orphan and foreground deletions are kept.
///
/// A key names one object as `<resource>.<group>/<name>`.
public struct GarbageCollectorReconciler: Reconciler {
    static let orphanFinalizer = "orphan"
    static let foregroundFinalizer = "foregroundDeletion"

    public let component = "garbage-collector-controller"
    public let watched: [GroupVersionResource] = [
        .pods, .statefulSets, .daemonSets, .deployments, .replicaSets, .jobs, .controllerRevisions,
        .persistentVolumeClaims, .services, .endpoints, .endpointSlices, .configMaps, .secrets, .serviceAccounts,
        .podDisruptionBudgets,
    ]

    /// A controller.
    public init() {}

    static func key(_ resource: GroupVersionResource, _ key: ObjectName) -> ObjectName {
        ObjectName(namespace: key.namespace, name: "\(resource)/\(key.name)")
    }

    private func parse(_ key: ObjectName) -> (resource: GroupVersionResource, key: ObjectName)? {
        guard let slash = key.name.firstIndex(of: "/") else { return nil }
        let (text, name) = (key.name[..<slash], key.name[key.name.index(after: slash)...])
        return self.watched.first { $0.description == text }.map {
            ($0, ObjectName(namespace: key.namespace, name: String(name)))
        }
    }

    /// The kind of an owner as served here.
    static func resource(ofKind kind: String, group: some StringProtocol) -> GroupVersionResource? {
        switch (kind, String(group)) {
        case ("Pod", ""): .pods
        case ("StatefulSet", "apps"): .statefulSets
        case ("DaemonSet", "apps"): .daemonSets
        case ("Deployment", "apps"): .deployments
        case ("ReplicaSet", "apps"): .replicaSets
        case ("Job", "batch"): .jobs
        case ("ControllerRevision", "apps"): .controllerRevisions
        case ("PersistentVolumeClaim", ""): .persistentVolumeClaims
        case ("Service", ""): .services
        case ("Endpoints", ""): .endpoints
        case ("EndpointSlice", "discovery.k8s.io"): .endpointSlices
        case ("ConfigMap", ""): .configMaps
        case ("Secret", ""): .secrets
        case ("ServiceAccount", ""): .serviceAccounts
        case ("Node", ""): .nodes
        case ("PodDisruptionBudget", "policy"): .podDisruptionBudgets
        default: nil
        }
    }

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        var keys: [ObjectName] = []
        let object = change.object
        let isOwned = object["metadata"]?["ownerReferences"] != nil
        if isOwned || !object.finalizers.isEmpty { keys.append(Self.key(change.resource, change.key)) }
        if change.new == nil || object.isTerminating {
            // Its dependents may have lost their last owner, or have to go before it.
            for (resource, dependent) in Self.dependents(
                of: object.uid,
                namespace: object.namespace,
                in: cache,
                self.watched
            ) {
                keys.append(Self.key(resource, ObservedObjects.key(of: dependent)))
            }
        }
        if isOwned {
            // An owner that waits for its dependents has one less, or one that blocks no more.
            for owner in OwnerReference.all(of: object) {
                guard let resource = Self.resource(ofKind: owner.kind, group: owner.group) else { continue }
                let key = ObjectName(namespace: object.namespace, name: owner.name)
                if let known = cache.object(resource, key), known.isTerminating { keys.append(Self.key(resource, key)) }
            }
        }
        return keys
    }

    /// The objects that name this owner, in order.
    static func dependents(
        of uid: String,
        namespace: String,
        in cache: ObservedObjects,
        _ resources: [GroupVersionResource]
    ) -> [(resource: GroupVersionResource, object: JSONValue)] {
        guard !uid.isEmpty else { return [] }
        return resources.flatMap { resource in
            cache.objects(resource, in: namespace).filter { object in
                (object["metadata"]?["ownerReferences"]?.array ?? []).contains { $0["uid"]?.string == uid }
            }.map { (resource, $0) }
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        guard let (resource, name) = self.parse(key), let object = cache.object(resource, name) else {
            return ControllerPlan()
        }
        return CollectionSync(object: object, resource: resource, cache: cache, watched: self.watched).plan()
    }
}
