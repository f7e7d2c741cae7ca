// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ClusterDNS
import JSON
import KubernetesAPI
import NameResolution
import Testing

@Suite("The cluster's zone")
struct ZoneTests {
    private static let headless = Service(json: [
        "metadata": ["name": "kafka-hs", "namespace": "default"],
        "spec": ["clusterIP": "None", "ports": [["name": "server", "port": 9093]]],
    ])
    private static let virtual = Service(json: [
        "metadata": ["name": "zk-cs", "namespace": "default"],
        "spec": ["clusterIP": "127.64.240.7", "ports": [["name": "client", "port": 2181, "protocol": "TCP"]]],
    ])
    private static let endpoints = Endpoints(json: [
        "subsets": [
            [
                "addresses": [
                    ["ip": "127.64.1.2", "hostname": "kafka-0"], ["ip": "127.64.0.5", "hostname": "kafka-1"],
                ],
                "notReadyAddresses": [["ip": "127.64.2.9", "hostname": "kafka-2"]],
                "ports": [["name": "server", "port": 9093, "protocol": "TCP"]],
            ]
        ]
    ])
    private static let zone = Zone(
        service: { namespace, name in
            [Self.headless, Self.virtual].first { $0.metadata.name == name && namespace == "default" }
        },
        endpoints: { namespace, name in name == "kafka-hs" && namespace == "default" ? Self.endpoints : nil }
    )

    private static func answer(_ name: String, _ type: DNSRecord.Kind = .a) -> DNSMessage {
        Self.zone.answer(DNSMessage(id: 7, questions: [.init(name: name, type: type)]))
    }

    private static func addresses(_ name: String) -> [String] {
        Self.answer(name).answers.compactMap { record in
            if case .address(let address) = record.content { address.description } else { nil }
        }
    }

    @Test("A headless service has the addresses of its published pods, a pod its own")
    func headless() {
        #expect(Self.addresses("kafka-hs.default.svc.cluster.local") == ["127.64.0.5", "127.64.1.2"])
        #expect(Self.addresses("kafka-0.kafka-hs.default.svc.cluster.local") == ["127.64.1.2"])
        #expect(Self.addresses("KAFKA-0.kafka-hs.default.svc.CLUSTER.local") == ["127.64.1.2"])
    }

    @Test("A pod that is not published does not exist")
    func unready() {
        let answer = Self.answer("kafka-2.kafka-hs.default.svc.cluster.local")
        #expect(answer.responseCode == .nameError)
        #expect(answer.authorities.map(\.type) == [.soa])
    }

    @Test("A virtual service has its address, and a location by port")
    func virtual() {
        #expect(Self.addresses("zk-cs.default.svc.cluster.local") == ["127.64.240.7"])
        let located = Self.answer("_client._tcp.zk-cs.default.svc.cluster.local", .srv)
        #expect(
            located.answers.map(\.content) == [
                .service(priority: 0, weight: 100, port: 2181, target: "zk-cs.default.svc.cluster.local")
            ]
        )
        #expect(located.additionals.count == 1)
    }

    @Test("A name without records of the type exists and is empty; others do not exist, or are not ours")
    func absence() {
        let other = Self.answer("zk-cs.default.svc.cluster.local", .aaaa)
        #expect(other.responseCode == .noError && other.answers.isEmpty && !other.authorities.isEmpty)
        #expect(Self.answer("nothing.default.svc.cluster.local").responseCode == .nameError)
        #expect(Self.answer("example.org").responseCode == .refused)
    }
}
