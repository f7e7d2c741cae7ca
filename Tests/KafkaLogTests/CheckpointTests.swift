// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaLog
import NIOCore
import Simulation
import Testing

@Suite struct CheckpointTests {
    @Test("the file is Kafka's: version, count, a line a partition")
    func format() throws {
        let disk = SimulatedDisk()
        let offsets: [PartitionName: Int64] = [
            PartitionName(topic: "probe", partition: 10): 7, PartitionName(topic: "probe", partition: 2): 19_280,
            PartitionName(topic: "__consumer_offsets", partition: 0): 0,
        ]
        try OffsetCheckpoint.write(offsets, to: OffsetCheckpoint.highWatermarks, in: disk)
        let file = try disk.open("replication-offset-checkpoint", create: false)
        #expect(
            String(buffer: try file.read(at: 0, count: 1000))
                == "0\n3\n__consumer_offsets 0 0\nprobe 2 19280\nprobe 10 7\n"
        )
        #expect(try OffsetCheckpoint.read(OffsetCheckpoint.highWatermarks, from: disk) == offsets)
        #expect(try OffsetCheckpoint.read("absent", from: disk) == [:])
    }

    @Test(
        "a file that is something else is an error",
        arguments: ["", "1\n0\n", "0\n2\na 0 0\n", "0\n1\na b c\n", "0\n"]
    )
    func damaged(text: String) throws {
        let disk = SimulatedDisk()
        try disk.open("file", create: true).append(ByteBuffer(string: text))
        #expect(throws: LogError.self) { try OffsetCheckpoint.read("file", from: disk) }
    }

    @Test("folders are named like partitions, and nothing else is one")
    func names() {
        #expect(PartitionName(directory: "a-b-3") == PartitionName(topic: "a-b", partition: 3))
        #expect(PartitionName(topic: "t", partition: 0).directory == "t-0")
        for other in ["lost+found", "t", "-1", "t-", "t-x", "t-0.deleted", "t-01"] {
            #expect(PartitionName(directory: other) == nil, "\(other)")
        }
    }
}
