// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import APIServer
import JSON
import Testing

@Suite struct ProtobufReaderTests {
    /// A field of wire type 2.
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(bytes.count)] + bytes
    }

    private func text(_ number: UInt8, _ text: String) -> [UInt8] { self.field(number, Array(text.utf8)) }

    private func body(_ apiVersion: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
        [0x6B, 0x38, 0x73, 0x00] + self.field(1, self.text(1, apiVersion) + self.text(2, kind)) + self.field(2, raw)
    }

    @Test("maps, optional numbers and choices come out as JSON has them; empty fields say nothing")
    func reads() throws {
        let entry = self.text(1, "k") + self.text(2, "v")
        let metadata = self.text(1, "cm") + self.text(2, "") + self.field(8, []) + self.field(11, entry)
        let configMap = self.body("v1", "ConfigMap", self.field(1, metadata) + self.field(2, entry))
        #expect(
            try ProtobufReader.object(in: configMap) == [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "cm", "labels": ["k": "v"]],
                "data": ["k": "v"],
            ]
        )
        let spec = self.field(1, [0x08, 0x01, 0x10, 0x00] + self.text(3, "50%")) + self.field(3, [0x08, 0, 0x10, 1])
        let budget = self.body("policy/v1", "PodDisruptionBudget", self.field(2, spec))
        #expect(try ProtobufReader.object(in: budget)["spec"] == ["minAvailable": "50%", "maxUnavailable": 1])
        let eviction = self.body("policy/v1", "Eviction", self.field(2, [0x08, 0x00]))
        #expect(try ProtobufReader.object(in: eviction)["deleteOptions"] == ["gracePeriodSeconds": 0])
    }

    @Test("secrets carry bytes, deployments their template")
    func values() throws {
        let entry = self.text(1, "k") + self.field(2, [0xFF, 0x00])
        let secret = self.body("v1", "Secret", self.field(2, entry) + self.text(3, "Opaque"))
        #expect(try ProtobufReader.object(in: secret)["data"] == ["k": "/wA="])
        let template = self.field(2, self.field(2, self.text(1, "c")))
        let spec = [0x08, 0x00] + self.field(3, template)
        let deployment = try ProtobufReader.object(in: self.body("apps/v1", "Deployment", self.field(2, spec)))
        #expect(deployment["spec", "replicas"] == 0)
        #expect(deployment["spec", "template", "spec"]?["containers"] == [["name": "c"]])
    }

    @Test("bytes that are none are refused, wherever they are cut")
    func refuses() throws {
        #expect(throws: ProtobufReader.Failure.self) { try ProtobufReader.object(in: Array("{}".utf8)) }
        #expect(throws: ProtobufReader.Failure.self) { try ProtobufReader.object(in: self.body("v1", "Node", [])) }
        let whole = self.body("v1", "ConfigMap", self.field(1, self.text(1, "cm")))
        for length in 0..<whole.count {
            #expect(throws: ProtobufReader.Failure.self) { try ProtobufReader.object(in: Array(whole.prefix(length))) }
        }
    }
}
