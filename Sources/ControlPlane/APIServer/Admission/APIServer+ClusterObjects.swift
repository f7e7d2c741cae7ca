// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import KubernetesClient

/// What every cluster has from its beginning: namespaces, the priority classes of the system, the service `kubernetes`.
extension APIServer {
    /// The name of the service that leads to the API, and of the port.
    private static let (serviceName, portName) = ("kubernetes", "https")
    private static let serviceLabels: JSONValue = ["component": "apiserver", "provider": "kubernetes"]

    /// Makes what does not depend on where the API is served.
    func createClusterObjects() {
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            self.make(.namespaces, ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
        for known in PriorityClassStrategy.system {
            let metadata: JSONValue = ["name": .string(known.name)]
            self.make(
                .priorityClasses,
                ["metadata": metadata, "value": .integer(known.value), "description": .string(known.description)]
            )
        }
    }

    /// Makes `service/kubernetes` and what leads from it to the address at which the API is served.
    package func publish(address: String, port: Int) {
        let metadata: JSONValue = [
            "name": .string(Self.serviceName), "namespace": "default", "labels": Self.serviceLabels,
        ]
        self.make(
            .services,
            [
                "metadata": metadata,
                "spec": [
                    "ports": [
                        [
                            "name": .string(Self.portName), "protocol": "TCP", "port": 443,
                            "targetPort": .integer(Int64(port)),
                        ]
                    ]
                ],
            ],
            namespace: "default"
        )
        let ports: JSONValue = [
            ["name": .string(Self.portName), "port": .integer(Int64(port)), "protocol": "TCP"]
        ]
        // Whoever mirrors endpoints into slices leaves this alone: its slice is kept here.
        var endpointsMeta = metadata
        endpointsMeta["labels"] = ["endpointslice.kubernetes.io/skip-mirror": "true"]
        self.make(
            .endpoints,
            ["metadata": endpointsMeta, "subsets": [["addresses": [["ip": .string(address)]], "ports": ports]]],
            namespace: "default"
        )
        var sliceMeta = metadata
        sliceMeta["labels"] = ["kubernetes.io/service-name": .string(Self.serviceName)]
        self.make(
            .endpointSlices,
            [
                "metadata": sliceMeta, "addressType": "IPv4", "ports": ports,
                "endpoints": [["addresses": [.string(address)], "conditions": ["ready": true]]],
            ],
            namespace: "default"
        )
    }

    /// Creates an object that is not there yet.
    private func make(_ resource: GroupVersionResource, _ body: JSONValue, namespace: String? = nil) {
        let response = self.answer(
            RESTRequest(APIRequest(.create, resource, namespace: namespace, body: body))
        )
        precondition(response.status == 201 || response.status == 409, "\(body.name): \(response.body)")
    }
}
