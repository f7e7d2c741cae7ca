// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaCluster
import Testing

@Suite("Settings of topics")
struct TopicSettingsTests {
    @Test("What does nothing here is named, what means what is done anyway is not")
    func withoutEffect() throws {
        let values = [
            "retention.ms": "1000", "cleanup.policy": "compact", "compression.type": "producer",
            "min.insync.replicas": "2", "unclean.leader.election.enable": "true",
        ]
        #expect(try TopicSettings.withoutEffect(values) == ["cleanup.policy=compact", "retention.ms=1000"])
    }

    @Test(
        "What cannot be meant is refused by name",
        arguments: [
            ("min.insync.replicas", "0"), ("segment.bytes", "1"), ("max.message.bytes", "many"),
            ("unclean.leader.election.enable", "maybe"), ("no.such.setting", "1"),
        ]
    )
    func mistakes(_ key: String, _ value: String) {
        let mistake = #expect(throws: TopicSettings.Mistake.self) { try TopicSettings.withoutEffect([key: value]) }
        #expect(mistake?.message.contains(key) == true)
    }
}
