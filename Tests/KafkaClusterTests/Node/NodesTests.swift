// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import Testing

@Suite("What Kafka keeps in ZooKeeper")
struct NodesTests {
    private let stat = ZooKeeperStat(czxid: 42, mzxid: 42, version: 3)

    @Test("What is written is read back")
    func roundTrips() {
        let broker = BrokerRegistration(id: 1, host: "127.64.2.3", port: 9093)
        let read = BrokerRegistration(id: 1, text: broker.text(timestampMs: 5), stat: self.stat)
        #expect(read == BrokerRegistration(id: 1, host: "127.64.2.3", port: 9093, epoch: 42))
        let assignment = TopicAssignment(replicas: [[1, 2], [2, 0], [0, 1]])
        #expect(TopicAssignment(text: assignment.text) == assignment)
        let state = PartitionState(leader: 2, leaderEpoch: 9, inSync: [2, 0], controllerEpoch: 4, partitionEpoch: 3)
        #expect(PartitionState(text: state.text, stat: self.stat) == state)
        #expect(TopicConfigNode.values(TopicConfigNode.text(["a.b": "c"])) == ["a.b": "c"])
        #expect(ProducerIDBlockNode.lastID(ProducerIDBlockNode.text(broker: 1, first: 2000)) == 2999)
        #expect(ClusterIDNode.id(ClusterIDNode.text("x")) == "x")
    }

    @Test("What other versions of Kafka wrote is read")
    func foreign() {
        let registration = """
            {"features":{},"listener_security_protocol_map":{"CLIENT":"PLAINTEXT"},"endpoints":["CLIENT://b-1:9092"],
            "jmx_port":-1,"port":-1,"host":null,"version":5,"timestamp":"1600000000000"}
            """
        #expect(BrokerRegistration(id: 7, text: registration, stat: self.stat)?.host == "b-1")
        #expect(BrokerRegistration(id: 7, text: registration, stat: self.stat)?.port == 9092)
        let topic =
            #"{"removing_replicas":{},"partitions":{"1":[0],"0":[1]},"topic_id":"x","adding_replicas":{},"version":3}"#
        #expect(TopicAssignment(text: topic)?.replicas == [[1], [0]])
    }

    @Test(
        "Damaged nodes are none",
        arguments: ["", "{", "[]", #"{"partitions":{"5":[1]}}"#, #"{"partitions":{"0":[]}}"#]
    )
    func damaged(text: String) {
        #expect(TopicAssignment(text: text) == nil)
        #expect(PartitionState(text: text, stat: self.stat) == nil)
        #expect(BrokerRegistration(id: 1, text: text, stat: self.stat) == nil)
    }

    @Test("Replicas go round robin, each on another broker")
    func placement() throws {
        let placed = try #require(
            ReplicaPlacement.assign(topic: "t", partitions: 0..<12, replicationFactor: 3, brokers: [2, 0, 1, 5])
        )
        for replicas in placed { #expect(Set(replicas).count == 3) }
        let leaders = placed.compactMap(\.first)
        for broker: Int32 in [0, 1, 2, 5] { #expect(leaders.filter { $0 == broker }.count == 3) }
        #expect(ReplicaPlacement.assign(topic: "t", partitions: 0..<1, replicationFactor: 3, brokers: [1, 2]) == nil)
    }
}
