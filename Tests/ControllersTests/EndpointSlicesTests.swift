// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Controllers
import JSON
import KubernetesAPI
import Simulation
import Testing

@Suite struct EndpointSlicesTests {
    private func world(pods: Int) throws -> PlanWorld {
        var world = PlanWorld([(EndpointSliceReconciler(), .services)])
        try world.create(.nodes, Objects.node("n0", zone: "zone-b"))
        try world.create(
            .services,
            Objects.object(
                "web",
                spec: ["clusterIP": "None", "selector": ["app": "web"], "ports": [["name": "http", "port": 80]]],
                labels: ["app": "web"]
            )
        )
        for index in 0..<pods { try self.add("web-\(index)", &world) }
        return world
    }

    private func add(_ name: String, _ world: inout PlanWorld) throws {
        try world.create(.pods, Objects.pod(name, node: "n0", spec: ["hostname": .string(name), "subdomain": "web"]))
        let pod = try #require(world.pods.first { $0.name == name })
        world.set(pod, phase: "Running", ready: true)
        world.api.write(.pods, ObservedObjects.key(of: pod)) { $0["status", "podIP"] = "10.0.0.1" }
    }

    private func slices(_ world: PlanWorld) -> [JSONValue] { world.api.objects.objects(.endpointSlices) }
    private func endpoints(_ world: PlanWorld) -> [JSONValue] {
        self.slices(world).flatMap { $0["endpoints"]?.array ?? [] }
    }

    @Test("an endpoint has address, conditions, host name, node and zone; one that is going serves, but is not ready")
    func endpoint() throws {
        var world = try self.world(pods: 1)
        world.settle()
        let endpoint = try #require(self.endpoints(world).first)
        #expect(endpoint["conditions"] == ["ready": true, "serving": true, "terminating": false])
        #expect(endpoint["hostname"] == "web-0")
        #expect(endpoint["zone"] == "zone-b")
        #expect(self.slices(world)[0]["metadata", "labels", "kubernetes.io/service-name"] == "web")
        #expect(self.slices(world)[0]["ports"] == [["name": "http", "port": 80, "protocol": "TCP"]])
        try world.api.delete(.pods, ObservedObjects.key(of: world.pods[0]))
        world.settle()
        #expect(
            self.endpoints(world).first?["conditions"] == ["ready": false, "serving": true, "terminating": true]
        )
    }

    @Test("a hundred endpoints a slice; a change of one pod writes one slice; a service without pods has an empty one")
    func slicing() throws {
        var world = try self.world(pods: 250)
        world.settle()
        #expect(self.slices(world).map { $0["endpoints"]?.array?.count }.compactMap(\.self).sorted() == [50, 100, 100])
        let before = world.api.history.count
        world.set(try #require(world.pods.first { $0.name == "web-120" }), phase: "Running", ready: false)
        world.settle()
        #expect(world.api.history.count == before + 2)
        for pod in world.pods { try world.api.delete(.pods, ObservedObjects.key(of: pod), isForced: true) }
        world.settle()
        #expect(self.slices(world).count == 1)
        #expect(self.endpoints(world).isEmpty)
    }
}
