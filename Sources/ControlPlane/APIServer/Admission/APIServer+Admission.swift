// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// What stands between a well-formed object and the store: rules that need to know other objects.
extension APIServer {
    /// Completes and checks a new object.
    func admitCreation(_ object: inout JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        if request.definition.isNamespaced { try self.checkNamespaceTakesContent(object, request) }
        switch request.definition.kind {
        case "Pod":
            try self.resolvePriority(of: &object, request)
            PodAdmission.complete(&object)
            try self.completeAccount(of: &object, request)
            if let node = object["spec", "nodeName"]?.string { self.labelTopology(of: &object, node: node) }
        case "PersistentVolumeClaim":
            self.chooseDefaultStorageClass(for: &object)
            Self.protect(&object, by: "kubernetes.io/pvc-protection")
        case "PersistentVolume":
            Self.protect(&object, by: "kubernetes.io/pv-protection")
        case "Service":
            try self.allocateAddress(for: &object, old: nil, request)
        case "Namespace":
            object["spec", "finalizers"] = ["kubernetes"]
        case _:
            break
        }
    }

    /// Completes and checks an update of an object (not of its status).
    func admitUpdate(_ object: inout JSONValue, old: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        switch request.definition.kind {
        case "Service":
            try self.allocateAddress(for: &object, old: old, request)
        case "PersistentVolumeClaim":
            try self.checkExpansion(of: object, old: old, request)
        case "Namespace":
            object["metadata", "labels", "kubernetes.io/metadata.name"] = .string(object.name)
            object["spec", "finalizers"] = old["spec", "finalizers"]
        case _:
            break
        }
    }

    /// A pod's priority is that of the class it names, or of the one that holds for all.
    private func resolvePriority(of pod: inout JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let name = pod["spec", "priorityClassName"]?.string ?? ""
        let known: JSONValue?
        if name.isEmpty {
            let classes = self.store.read { $0.objects(of: .priorityClasses, namespace: nil) }
            known = classes.filter { $0["globalDefault"]?.bool == true }.min {
                ($0["value"]?.integer ?? 0) < ($1["value"]?.integer ?? 0)
            }
        } else {
            known = self.store.object(ObjectKey(namespace: "", name: name), of: .priorityClasses)
            guard known != nil else {
                let text = "no PriorityClass with name \(name) was found"
                throw .forbidden(request.api.resource, name: pod.name, because: text)
            }
        }
        guard let known else { return }
        pod["spec", "priorityClassName"] = .string(known.name)
        pod["spec", "priority"] = known["value"]
        pod["spec", "preemptionPolicy"] = known["preemptionPolicy"]
    }

    /// A pod carries the zone and the region of its node.
    func labelTopology(of pod: inout JSONValue, node name: String) {
        let node = self.store.object(ObjectKey(namespace: "", name: name), of: .nodes)
        for label in ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"] {
            if let value = node?["metadata", "labels", label] { pod["metadata", "labels", label] = value }
        }
    }

    /// Refuses the deletion of what a cluster cannot be without.
    func admitDeletion(of object: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let immortal = ["default", "kube-system", "kube-public"]
        if request.definition.kind == "Namespace", immortal.contains(object.name) {
            throw .forbidden(request.api.resource, name: object.name, because: "this namespace may not be deleted")
        }
    }

    private func checkNamespaceTakesContent(_ object: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        let name = request.namespace
        guard let namespace = self.store.object(ObjectKey(namespace: "", name: name), of: .namespaces) else {
            throw .notFound(.namespaces, name: name)
        }
        guard namespace.isTerminating else { return }
        var error = StatusError.forbidden(
            request.api.resource,
            name: object.name,
            because: "unable to create new content in namespace \(name) because it is being terminated"
        )
        error.details?.causes = [
            .init(
                reason: "NamespaceTerminating",
                message: "namespace \(name) is being terminated",
                field: "metadata.namespace"
            )
        ]
        throw error
    }

    /// A claim that names no class gets the newest class that is marked as the default.
    private func chooseDefaultStorageClass(for claim: inout JSONValue) {
        let legacy = claim["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"]
        guard claim["spec", "storageClassName"] == nil, legacy == nil else { return }
        let classes = self.store.read { $0.objects(of: .storageClasses, namespace: nil) }
        let marked = classes.filter { object in
            object["metadata", "annotations", "storageclass.kubernetes.io/is-default-class"]?.string == "true"
        }
        let newest = marked.max { one, other in
            let (first, second) = (
                one["metadata", "creationTimestamp"]?.string, other["metadata", "creationTimestamp"]?.string
            )
            return (first ?? "", other.name) < (second ?? "", one.name)
        }
        if let newest { claim["spec", "storageClassName"] = .string(newest.name) }
    }

    /// A bound claim grows only where its class allows that.
    private func checkExpansion(of claim: JSONValue, old: JSONValue, _ request: ResolvedRequest) throws(StatusError) {
        func size(_ claim: JSONValue) -> Quantity? {
            claim["spec", "resources", "requests"]?["storage"].flatMap(Quantity.init(json:))
        }
        guard old["status", "phase"]?.string == "Bound", let wanted = size(claim), let present = size(old),
            wanted > present
        else { return }
        let name = old["spec", "storageClassName"]?.string ?? ""
        let storageClass = self.store.object(ObjectKey(namespace: "", name: name), of: .storageClasses)
        guard storageClass?["allowVolumeExpansion"]?.bool == true else {
            throw .forbidden(
                request.api.resource,
                name: claim.name,
                because: "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc "
                    + "must support resize"
            )
        }
    }

    /// A finalizer that keeps storage until nobody uses it.
    private static func protect(_ object: inout JSONValue, by finalizer: String) {
        if !object.finalizers.contains(finalizer) { object.finalizers.append(finalizer) }
    }
}
