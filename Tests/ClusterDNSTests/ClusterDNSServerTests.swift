// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import ClusterDNS
import JSON
import KubernetesAPI
import KubernetesClient
import NIOCore
import NIOPosix
import Testing

import struct NameResolution.Resolver  // NIOPosix has a protocol of that name

/// The server over real sockets, asked by the resolver that clients use.
@Suite("The cluster's DNS server", .timeLimit(.minutes(1)))
struct ClusterDNSServerTests {
    @Test("Names follow the endpoints, in datagrams and, where those are too small, over TCP")
    func follows() async throws {
        let client = KubernetesClient(InProcessTransport(APIServer()))
        try await Self.createService(client)
        try await Self.setAddresses(["127.99.1.1"], of: client)
        let server = ClusterDNSServer(client: client, host: "127.0.0.1", port: 0)
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { continuation.yield($0.port ?? 0) } }
            for await port in ports {
                let resolver = Resolver(server: ("127.0.0.1", port))
                let one = try await Self.addresses(of: "kafka-hs", resolver)
                #expect(one == ["127.99.1.1"])

                // 3,000 records do not fit a datagram: the answer comes over a connection.
                let many = (0..<3000).map { "127.99.\($0 / 250 + 1).\($0 % 250 + 1)" }
                try await Self.setAddresses(many, of: client)
                var found = try await Self.addresses(of: "kafka-hs", resolver)
                while found.count < many.count { found = try await Self.addresses(of: "kafka-hs", resolver) }
                #expect(Set(found) == Set(many))
                break
            }
            group.cancelAll()
        }
    }

    private static func addresses(of name: String, _ resolver: Resolver) async throws -> [String] {
        try await NIOThreadPool.singleton.runIfActive { try resolver.addresses(of: name) }
    }

    private static func createService(_ client: KubernetesClient) async throws {
        _ = try await client.create(
            Service(json: [
                "apiVersion": "v1", "kind": "Service",
                "metadata": ["name": "kafka-hs", "namespace": "default"],
                "spec": ["clusterIP": "None", "ports": [["name": "server", "port": 9093]]],
            ])
        )
        _ = try await client.create(
            Endpoints(json: [
                "apiVersion": "v1", "kind": "Endpoints",
                "metadata": ["name": "kafka-hs", "namespace": "default"],
            ])
        )
    }

    private static func setAddresses(_ addresses: [String], of client: KubernetesClient) async throws {
        let subset: JSONValue = [
            "addresses": .array(addresses.map { ["ip": .string($0)] }),
            "ports": [["name": "server", "port": 9093, "protocol": "TCP"]],
        ]
        _ = try await client.patch(Endpoints.self, "kafka-hs", namespace: "default", ["subsets": [subset]])
    }
}
