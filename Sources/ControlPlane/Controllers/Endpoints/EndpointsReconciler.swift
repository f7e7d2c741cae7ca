// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
public import KubernetesAPI

/// The Endpoints controller's decisions: the addresses of each Service's pods, Ready or not, as core/v1 Endpoints.
public struct EndpointsReconciler: Reconciler {
    public let component = "endpoint-controller"
    public let watched: [GroupVersionResource] = [.services, .pods, .endpoints]

    /// A controller.
    public init() {}

    public func keys(for change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        switch change.resource {
        case .services, .endpoints:
            return [change.key]
        case .pods:
            return Self.services(concernedBy: change, in: cache)
        default:
            return []
        }
    }

    /// The services whose addresses a change of a pod may have changed.
    static func services(concernedBy change: ObjectChange, in cache: ObservedObjects) -> [ObjectName] {
        guard Self.concernsEndpoints(change) else { return [] }
        return cache.objects(.services, in: change.object.namespace).filter { service in
            let selector = ObjectSelector(map: service["spec", "selector"])
            return change.new.map(selector.matches) ?? false || change.old.map(selector.matches) ?? false
        }.map(ObservedObjects.key(of:))
    }

    private static func concernsEndpoints(_ change: ObjectChange) -> Bool {
        guard let old = change.old, let new = change.new else { return true }
        func facts(_ pod: JSONValue) -> [JSONValue?] {
            [
                pod["metadata", "labels"], pod["metadata", "deletionTimestamp"], pod["status", "podIP"],
                pod["status", "phase"], pod.condition("Ready")?["status"], pod["spec", "nodeName"],
                pod["metadata", "uid"],
            ]
        }
        return facts(old) != facts(new)
    }

    public func plan(for key: ObjectName, in cache: ObservedObjects, now: WallTime) -> ControllerPlan {
        var plan = ControllerPlan()
        let existing = cache.object(.endpoints, key)
        guard let service = cache.object(.services, key), !service.isTerminating else {
            // Endpoints that somebody made by hand, for no service, are theirs.
            if let existing, existing["metadata", "labels", Self.managedByLabel]?.string == self.component {
                plan.then([
                    ControllerAction(
                        .delete(uid: existing.uid),
                        .endpoints,
                        key,
                        tolerated: .absence
                    )
                ])
            }
            return plan
        }
        guard service["spec", "selector"]?.object?.isEmpty == false else { return plan }
        let subsets = EndpointSubsets(
            service: service,
            pods: Array(cache.objects(.pods, in: key.namespace))
        ).json
        var labels = service["metadata", "labels"] ?? .emptyObject
        labels[Self.managedByLabel] = .string(self.component)
        if Self.isHeadless(service) { labels[Self.headlessLabel] = "" }
        if existing?["subsets"]?.array ?? [] == subsets, existing?["metadata", "labels"] == labels { return plan }

        var endpoints: JSONValue =
            existing ?? [
                "apiVersion": "v1", "kind": "Endpoints",
                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            ]
        endpoints["metadata", "labels"] = labels
        endpoints["metadata", "annotations", Self.triggerAnnotation] = .string(now.rfc3339)
        endpoints["subsets"] = .list(subsets)
        var action = ControllerAction(
            existing == nil ? .create : .update(subresource: nil),
            .endpoints,
            key,
            body: endpoints
        )
        let failure = existing == nil ? "FailedToCreateEndpoint" : "FailedToUpdateEndpoint"
        action.failureEvent = EventRecord(
            about: endpoints,
            kind: "Endpoints",
            apiVersion: "v1",
            .warning,
            failure,
            "Failed to \(existing == nil ? "create" : "update") endpoint \(key): \(EventRecord.errorPlaceholder)"
        )
        plan.then([action])
        return plan
    }

    private static let managedByLabel = "endpoints.kubernetes.io/managed-by"
    static let headlessLabel = "service.kubernetes.io/headless"
    static let triggerAnnotation = "endpoints.kubernetes.io/last-change-trigger-time"

    static func isHeadless(_ service: JSONValue) -> Bool {
        let address = service["spec", "clusterIP"]?.string ?? ""
        return address.isEmpty || address == "None"
    }
}
