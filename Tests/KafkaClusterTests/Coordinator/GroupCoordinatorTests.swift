// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

@Suite struct GroupCoordinatorTests {
    @Test("scripts", arguments: try Script.names("coordinator-"))
    func script(name: String) throws {
        var script = GroupScript()
        let differences = try Script.differences(in: name) { script.run($0) }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test("groups belong to partitions by Java's hash of their name, as Kafka's do (REAL-KAFKA.md 5)")
    func hash() {
        #expect(GroupCoordinator.partition(of: "g1", count: 50) == 42)
        #expect(GroupCoordinator.partition(of: "g2", count: 50) == 43)
        // "polygenelubricants" hashes to the least 32-bit number, which has no absolute value.
        #expect(GroupCoordinator.partition(of: "polygenelubricants", count: 50) == 0)
    }

    @Test("records are those of Kafka: key versions 1 and 2, value versions 3")
    func recordBytes() throws {
        let offset = OffsetsRecord.offset(
            group: "g",
            TopicPartition("t", 2),
            CommittedOffset(offset: 5, leaderEpoch: 3, metadata: "m", commitTimestamp: 9)
        )
        #expect(offset.key == ByteBuffer(bytes: [0, 1, 0, 1, 0x67, 0, 1, 0x74, 0, 0, 0, 2]))
        #expect(
            offset.value
                == ByteBuffer(bytes: [0, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3, 0, 1, 0x6d, 0, 0, 0, 0, 0, 0, 0, 9])
        )
        let empty = OffsetsRecord.group(
            "g",
            GroupMetadata(
                protocolType: "c",
                generation: 2,
                protocolName: nil,
                leader: nil,
                stateTimestamp: -1,
                members: []
            )
        )
        #expect(empty.key == ByteBuffer(bytes: [0, 2, 0, 1, 0x67]))
        let bytes: [UInt8] =
            [0, 3, 0, 1, 0x63, 0, 0, 0, 2, 255, 255, 255, 255] + [UInt8](repeating: 255, count: 8) + [0, 0, 0, 0]
        #expect(empty.value == ByteBuffer(bytes: bytes))
        for record in [offset, empty] {
            #expect(try OffsetsRecord(key: record.key, value: record.value) == record)
        }
        // Version 1, as Kafka 0.10 wrote it: with the time of expiry.
        let old = ByteBuffer(bytes: [
            0, 1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 1, 0x6d, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 0,
        ])
        let decoded = try OffsetsRecord(key: offset.key, value: old)
        #expect(
            decoded
                == .offset(
                    group: "g",
                    TopicPartition("t", 2),
                    CommittedOffset(offset: 5, leaderEpoch: -1, metadata: "m", commitTimestamp: 9)
                )
        )
    }
}
