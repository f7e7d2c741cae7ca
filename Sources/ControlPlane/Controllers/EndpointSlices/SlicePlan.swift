// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI

/// The slices of one Service: an endpoint stays in the slice that it is in, so that a change of one pod writes one slice.
struct SlicePlan {
    /// The most endpoints of a slice.
    static let endpointsMax = 100

    private let service: JSONValue
    private let existing: [JSONValue]
    private let cache: ObservedObjects
    private let now: WallTime

    init(service: JSONValue, existing: [JSONValue], cache: ObservedObjects, now: WallTime) {
        self.service = service
        self.existing = existing
        self.cache = cache
        self.now = now
    }

    private var isHeadless: Bool { EndpointsReconciler.isHeadless(self.service) }

    /// What is to be created, written and deleted.
    var writes: [ControllerAction] {
        var groups = self.endpoints
        if groups.isEmpty { groups = [([], [])] }  // a service without pods has one empty slice
        var actions: [ControllerAction] = []
        var kept: Set<String> = []
        for (ports, endpoints) in groups {
            let slices = self.existing.filter { $0["ports"]?.array ?? [] == ports }
            let filled = self.fill(slices.map { $0["endpoints"]?.array ?? [] }, with: endpoints)
            for (index, content) in filled.enumerated() {
                if index < slices.count {
                    if content.isEmpty && (!endpoints.isEmpty || index > 0) { continue }
                    kept.insert(slices[index].name)
                    actions += self.update(slices[index], ports: ports, endpoints: content)
                } else if !content.isEmpty || slices.isEmpty {
                    actions.append(self.creation(ports: ports, endpoints: content, number: actions.count))
                }
            }
        }
        return actions + self.existing.filter { !kept.contains($0.name) }.map(Self.deletion)
    }

    /// The slices' new contents; those beyond the old ones are new slices.
    private func fill(_ old: [[JSONValue]], with endpoints: [JSONValue]) -> [[JSONValue]] {
        func uid(_ endpoint: JSONValue) -> String { endpoint["targetRef"]?["uid"]?.string ?? "" }
        var wanted = Dictionary(endpoints.map { (uid($0), $0) }, uniquingKeysWith: { first, _ in first })
        var slices = old.map { slice in slice.compactMap { wanted.removeValue(forKey: uid($0)) } }
        for endpoint in endpoints where wanted[uid(endpoint)] != nil {
            if let free = slices.firstIndex(where: { $0.count < Self.endpointsMax }) {
                slices[free].append(endpoint)
            } else {
                slices.append([endpoint])
            }
        }
        return slices.isEmpty ? [[]] : slices
    }

    // MARK: - Endpoints

    /// The endpoints by their ports, in order of the pods' names.
    private var endpoints: [(ports: [JSONValue], endpoints: [JSONValue])] {
        let selector = ObjectSelector(map: self.service["spec", "selector"])
        let offered = self.service["spec", "ports"]?.array ?? []
        var groups: [[JSONValue]: [JSONValue]] = [:]
        for pod in self.cache.objects(.pods, in: self.service.namespace) where selector.matches(pod) {
            guard let endpoint = self.endpoint(of: pod) else { continue }
            let ports = offered.compactMap { port in
                EndpointSubsets.number(of: port, on: pod).map { Self.port(port, $0) }
            }
            if ports.isEmpty, !(offered.isEmpty && self.isHeadless) { continue }
            groups[ports, default: []].append(endpoint)
        }
        return groups.map { ($0.key, $0.value) }.sorted { left, right in
            left.ports.map(\.text).joined() < right.ports.map(\.text).joined()
        }
    }

    private static func port(_ port: JSONValue, _ number: JSONValue) -> JSONValue {
        var json = EndpointSubsets.endpointPort(port, number)
        json["name"] = json["name"] ?? ""
        return json
    }

    private func endpoint(of pod: JSONValue) -> JSONValue? {
        let state = PodState(pod)
        guard !state.isFinished, let address = pod["status", "podIP"]?.string, !address.isEmpty else { return nil }
        let publishesUnready = self.service["spec", "publishNotReadyAddresses"]?.bool ?? false
        var endpoint: JSONValue = [
            "addresses": [.string(address)],
            "conditions": [
                "ready": .bool(publishesUnready || (state.isReady && !state.isTerminating)),
                "serving": .bool(publishesUnready || state.isReady), "terminating": .bool(state.isTerminating),
            ],
            "targetRef": [
                "kind": "Pod", "namespace": .string(pod.namespace), "name": .string(pod.name), "uid": .string(pod.uid),
            ],
        ]
        if let hostname = pod["spec", "hostname"]?.string, !hostname.isEmpty,
            pod["spec", "subdomain"]?.string == self.service.name
        {
            endpoint["hostname"] = .string(hostname)
        }
        if let node = pod["spec", "nodeName"]?.string {
            endpoint["nodeName"] = .string(node)
            let known = self.cache.object(.nodes, ObjectName(namespace: "", name: node))
            endpoint["zone"] = known?["metadata", "labels"]?["topology.kubernetes.io/zone"]
        }
        return endpoint
    }

    // MARK: - Writes

    private var labels: JSONValue {
        var labels = self.service["metadata", "labels"] ?? .emptyObject
        labels[EndpointsReconciler.headlessLabel] = self.isHeadless ? "" : nil
        labels[EndpointSliceReconciler.serviceLabel] = .string(self.service.name)
        labels[EndpointSliceReconciler.managedByLabel] = .string(EndpointSliceReconciler.manager)
        return labels
    }

    private func update(_ slice: JSONValue, ports: [JSONValue], endpoints: [JSONValue]) -> [ControllerAction] {
        guard slice["endpoints"]?.array ?? [] != endpoints || slice["metadata", "labels"] != self.labels else {
            return []
        }
        var slice = slice
        self.complete(&slice, ports: ports, endpoints: endpoints)
        return [
            ControllerAction(
                .update(subresource: nil),
                .endpointSlices,
                ObservedObjects.key(of: slice),
                body: slice
            )
        ]
    }

    private func creation(ports: [JSONValue], endpoints: [JSONValue], number: Int) -> ControllerAction {
        let version = self.service["metadata", "resourceVersion"]?.string ?? ""
        let known = self.existing.map { "\($0.name) \($0["metadata", "resourceVersion"]?.string ?? "")" }
        let name = GeneratedName.make(
            prefix: "\(self.service.name)-",
            of: [self.service.uid, version, String(number)] + known
        ) { name in
            self.cache.object(.endpointSlices, ObjectName(namespace: self.service.namespace, name: name)) != nil
        }
        var slice: JSONValue = [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "name": .string(name), "generateName": .string("\(self.service.name)-"),
                "namespace": .string(self.service.namespace),
                "ownerReferences": [OwnerReference(controller: self.service, kind: "Service", apiVersion: "v1").json],
            ],
        ]
        self.complete(&slice, ports: ports, endpoints: endpoints)
        return ControllerAction(.create, .endpointSlices, ObservedObjects.key(of: slice), body: slice)
    }

    private func complete(_ slice: inout JSONValue, ports: [JSONValue], endpoints: [JSONValue]) {
        slice["metadata", "labels"] = self.labels
        slice["metadata", "annotations", EndpointsReconciler.triggerAnnotation] = .string(self.now.rfc3339)
        slice["endpoints"] = .array(endpoints)
        slice["ports"] = ports.isEmpty ? .null : .array(ports)
    }

    static func deletion(of slice: JSONValue) -> ControllerAction {
        ControllerAction(
            .delete(uid: slice.uid),
            .endpointSlices,
            ObservedObjects.key(of: slice),
            tolerated: .absence
        )
    }
}
