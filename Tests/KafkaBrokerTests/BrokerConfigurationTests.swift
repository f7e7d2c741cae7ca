// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaBroker
import Testing

@Suite("The broker's configuration")
struct BrokerConfigurationTests {
    @Test("A pod's options and environment")
    func pod() throws {
        let configuration = try BrokerConfiguration(
            arguments: [
                "/absent/server.properties", "--override", "broker.id=2", "--override", "listeners=PLAINTEXT://:9093",
                "--override", "zookeeper.connect=zk-cs.default.svc.cluster.local:2181", "--override",
                "log.dir=/data",
            ],
            environment: ["POD_IP": "127.64.1.7"]
        )
        #expect(configuration.host == "127.64.1.7")
        #expect(configuration.port == 9093)
        #expect(configuration.zookeeperConnect == "zk-cs.default.svc.cluster.local:2181")
        #expect(configuration.dataDirectory == "/data")
        #expect(configuration.remarks.isEmpty)
    }

    @Test("Options without effect and unknown ones are named once")
    func remarks() throws {
        let configuration = try BrokerConfiguration(
            arguments: [
                "--override", "log.retention.hours=168", "--override", "compression.type=producer", "--override",
                "compression.type=gzip", "--override", "no.such.option=1",
            ],
            environment: [:]
        )
        #expect(
            configuration.remarks == [
                "accepted, but without effect here: compression.type=gzip log.retention.hours=168",
                "not known here, ignored: no.such.option=1",
            ]
        )
    }

    @Test("The options of old name a listener, and the rest of a list is named as unused")
    func listeners() throws {
        func configuration(_ options: [String]) throws -> BrokerConfiguration {
            try BrokerConfiguration(arguments: options.flatMap { ["--override", $0] }, environment: [:])
        }
        let old = try configuration([
            "host.name=127.0.0.9", "port=9099", "advertised.host.name=b", "advertised.port=1",
        ])
        #expect(old.host == "127.0.0.9" && old.port == 9099 && old.remarks.isEmpty)
        #expect(old.advertised == "b:1")
        let listed = try configuration(["listeners=PLAINTEXT://:1,SSL://:2", "log.dirs=/a,/b", "log.dir=/c"])
        #expect(listed.port == 1 && listed.dataDirectory == "/a")
        #expect(
            listed.remarks == [
                "only the first of each of these lists is used: listeners=PLAINTEXT://:1,SSL://:2 log.dirs=/a,/b"
            ]
        )
    }

    @Test(
        "What can't be meant is refused",
        arguments: [
            ["--override", "broker.id=x"], ["--override"], ["--override", "listeners=SSL://:9093"],
            ["--override", "min.insync.replicas=0"], ["--override", "auto.create.topics.enable=maybe"],
            ["--unknown"], ["--defect", "nonsense"],
        ]
    )
    func refused(arguments: [String]) {
        #expect(throws: BrokerConfigurationError.self) {
            try BrokerConfiguration(arguments: arguments, environment: [:])
        }
    }

    @Test("Every option of the published manifest is known")
    func published() throws {
        let folder = ProcessInfo.processInfo.environment["SEATRIAL_MANIFESTS"] ?? "../shared/manifests"
        guard let text = try? String(contentsOfFile: folder + "/kafka_mini.yaml", encoding: .utf8) else {
            print("skipped: no kafka_mini.yaml in \(folder)")
            return
        }
        let assignments = text.matches(of: /--override ([^\s"]+)/).map { String($0.1) }
        #expect(assignments.count == 87)
        let plain = assignments.map { $0.replacing("${HOSTNAME##*-}", with: "0") }
        let configuration = try BrokerConfiguration(
            arguments: plain.flatMap { ["--override", $0] },
            environment: ["POD_IP": "127.0.0.1"]
        )
        #expect(!configuration.remarks.contains { $0.hasPrefix("not known") }, "\(configuration.remarks)")
    }

    @Test("The readiness sign is there only while the process holds it")
    func readiness() {
        #expect(!BrokerReadiness.isReady(host: "127.0.0.1", port: 1))
    }
}
