// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The EndpointSlice controller's decisions: the pods behind each Service, in slices of at most a hundred.
public struct EndpointSliceReconciler: Reconciler {
    static let managedByLabel = "endpointslice.kubernetes.io/managed-by"
    static let manager = "endpointslice-controller.k8s.io"
    static let serviceLabel = "kubernetes.io/service-name"

    public let component = "endpoint-slice-controller"
    public let watched: [GroupVersionResource] = [.services, .pods, .endpointSlices, .nodes]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .services:
            return [change.key]
        case .endpointSlices:
            guard let name = change.object["metadata", "labels", Self.serviceLabel]?.string else { return [] }
            return [ObjectName(namespace: change.object.namespace, name: name)]
        case .pods:
            return EndpointsReconciler.services(concernedBy: change, in: cache)
        default:
            return []  // a node gives its zone only; a pod that is bound there changes as well
        }
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        let existing = cache.objects(.endpointSlices, in: key.namespace).filter { slice in
            slice["metadata"]?["labels"]?[Self.serviceLabel]?.string == key.name
                && slice["metadata"]?["labels"]?[Self.managedByLabel]?.string == Self.manager
                && !slice.isTerminating
        }
        guard let service = cache.object(.services, key), !service.isTerminating else {
            plan.then(existing.map(SlicePlan.deletion))
            return plan
        }
        guard service["spec", "selector"]?.object?.isEmpty == false else { return plan }
        let slices = SlicePlan(service: service, existing: existing, cache: cache, now: now)
        let writes = slices.writes
        if !writes.isEmpty { plan.steps = [writes.map { [$0] }] }
        return plan
    }
}
