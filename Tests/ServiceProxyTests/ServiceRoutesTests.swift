// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesAPI
import ServiceProxy
import Testing

@Suite("Routes of virtual service addresses")
struct ServiceRoutesTests {
    private static func service(_ name: String, _ address: String) -> Service {
        Service(json: [
            "metadata": ["name": .string(name), "namespace": "default"],
            "spec": [
                "clusterIP": .string(address),
                "ports": [
                    ["name": "client", "port": 2181, "protocol": "TCP"],
                    ["name": "statistics", "port": 8125, "protocol": "UDP"],
                ],
            ],
        ])
    }

    private static let endpoints = Endpoints(json: [
        "subsets": [
            [
                "addresses": [["ip": "127.64.0.2"], ["ip": "127.64.1.2"]],
                "notReadyAddresses": [["ip": "127.64.2.2"]],
                "ports": [["name": "client", "port": 12181], ["name": "statistics", "port": 8125]],
            ]
        ]
    ])

    @Test("A TCP port leads to the ready addresses at the port of the same name")
    func backends() {
        let routes = ServiceRoutes(services: [Self.service("zk-cs", "127.64.240.7")]) { _, _ in Self.endpoints }
        let frontend = ServiceRoutes.Frontend(address: "127.64.240.7", port: 2181)
        #expect(routes.frontends == [frontend])
        #expect(routes.backends[frontend]?.map(\.address) == ["127.64.0.2", "127.64.1.2"])
        #expect(routes.backends[frontend]?.map(\.port) == [12181, 12181])
    }

    @Test("Headless services have no routes, and one without endpoints has an empty one")
    func withoutBackends() {
        let services = [Self.service("hs", "None"), Self.service("cs", "127.64.240.8")]
        let routes = ServiceRoutes(services: services) { _, _ in nil }
        #expect(routes.frontends.map(\.address) == ["127.64.240.8"])
        #expect(routes.backends.values.allSatisfy { $0.isEmpty })
    }

    @Test("A pod's hostPort leads from its node's address to the pod; the host's network needs no way there")
    func hostPorts() {
        func pod(_ spec: JSONValue, phase: String = "Running") -> Pod {
            var spec = spec
            spec["containers"] = [["name": "a", "ports": [["containerPort": 80, "hostPort": 8080]]]]
            return Pod(json: [
                "metadata": ["name": "a"], "spec": spec,
                "status": ["phase": .string(phase), "podIP": "127.64.1.2", "hostIP": "127.64.255.1"],
            ])
        }
        var routes = ServiceRoutes(services: []) { _, _ in nil }
        routes.addHostPorts(of: [pod(["hostNetwork": true]), pod([:], phase: "Failed")])
        #expect(routes.frontends.isEmpty)
        routes.addHostPorts(of: [pod([:])])
        let backends = routes.backends[ServiceRoutes.Frontend(address: "127.64.255.1", port: 8080)]
        #expect(backends?.map(\.address) == ["127.64.1.2"] && backends?.map(\.port) == [80])
    }
}
