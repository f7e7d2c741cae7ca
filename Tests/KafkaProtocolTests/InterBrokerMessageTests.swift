// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol
import NIOCore
import Testing

/// What only brokers say to each other: bytes worked out by hand from Kafka 2.8's schemas.
@Suite struct InterBrokerMessageTests {
    private func expect<Body: Message>(_ body: Body, version: Int16, is expected: String) throws {
        var encoded = ByteBuffer()
        try body.encode(into: &encoded, version: version)
        #expect(hex(encoded) == expected.filter(\.isHexDigit))
        let decoded = try Body(from: &encoded, version: version)
        #expect(decoded == body)
        #expect(encoded.readableBytes == 0)
    }

    @Test func leaderAndIsr() throws {
        typealias Request = LeaderAndIsrRequest
        let partition = Request.LeaderAndIsrPartitionState {
            $0.partitionIndex = 1
            $0.controllerEpoch = 2
            $0.leader = 3
            $0.leaderEpoch = 4
            $0.isr = [3, 5]
            $0.zkVersion = 6
            $0.replicas = [3, 5, 7]
            $0.isNew = true
        }
        let request = Request {
            $0.controllerId = 3
            $0.controllerEpoch = 2
            $0.brokerEpoch = 0x100
            $0.type = 1
            $0.topicStates = [
                .init {
                    $0.topicName = "ab"
                    $0.topicId = TopicID(high: 1, low: 2)
                    $0.partitionStates = [partition]
                }
            ]
            $0.liveLeaders = [
                .init {
                    $0.brokerId = 3
                    $0.hostName = "h"
                    $0.port = 9093
                }
            ]
        }
        try self.expect(
            request,
            version: 5,
            is: """
                00000003 00000002 0000000000000100 01
                02 03 6162 0000000000000001 0000000000000002
                02 00000001 00000002 00000003 00000004 03 00000003 00000005 00000006 04 00000003 00000005 00000007 01 01 01 00
                00
                02 00000003 02 68 00002385 00
                00
                """
        )
        try self.expect(
            LeaderAndIsrResponse {
                $0.topics = [
                    .init {
                        $0.topicId = TopicID(high: 1, low: 2)
                        $0.partitionErrors = [
                            .init {
                                $0.partitionIndex = 1
                                $0.errorCode = .staleControllerEpoch
                            }
                        ]
                    }
                ]
            },
            version: 5,
            is: "0000 02 0000000000000001 0000000000000002 02 00000001 000b 00 00 00"
        )
    }

    @Test func stopReplica() throws {
        try self.expect(
            StopReplicaRequest {
                $0.controllerId = 1
                $0.controllerEpoch = 2
                $0.brokerEpoch = 3
                $0.topicStates = [
                    .init {
                        $0.topicName = "t"
                        $0.partitionStates = [
                            .init {
                                $0.partitionIndex = 4
                                $0.leaderEpoch = 5
                                $0.deletePartition = true
                            }
                        ]
                    }
                ]
            },
            version: 3,
            is: "00000001 00000002 0000000000000003 02 02 74 02 00000004 00000005 01 00 00 00"
        )
        try self.expect(
            StopReplicaResponse {
                $0.partitionErrors = [
                    .init {
                        $0.topicName = "t"
                        $0.partitionIndex = 4
                    }
                ]
            },
            version: 3,
            is: "0000 02 02 74 00000004 0000 00 00"
        )
    }

    @Test func updateMetadata() throws {
        try self.expect(
            UpdateMetadataRequest {
                $0.controllerId = 1
                $0.controllerEpoch = 2
                $0.brokerEpoch = 3
                $0.topicStates = [
                    .init {
                        $0.topicName = "t"
                        $0.topicId = TopicID(high: 0, low: 9)
                        $0.partitionStates = [
                            .init {
                                $0.partitionIndex = 4
                                $0.controllerEpoch = 2
                                $0.leader = 1
                                $0.leaderEpoch = 6
                                $0.isr = [1]
                                $0.zkVersion = 8
                                $0.replicas = [1, 2]
                                $0.offlineReplicas = [2]
                            }
                        ]
                    }
                ]
                $0.liveBrokers = [
                    .init {
                        $0.id = 1
                        $0.endpoints = [
                            .init {
                                $0.port = 9093
                                $0.host = "h"
                                $0.listener = "PLAINTEXT"
                            }
                        ]
                    }
                ]
            },
            version: 7,
            is: """
                00000001 00000002 0000000000000003
                02 02 74 00000000000000000000000000000009
                02 00000004 00000002 00000001 00000006 02 00000001 00000008 03 00000001 00000002 02 00000002 00
                00
                02 00000001 02 00002385 02 68 0a 504c41494e54455854 0000 00 00 00
                00
                """
        )
        try self.expect(UpdateMetadataResponse { $0.errorCode = .staleBrokerEpoch }, version: 7, is: "004d 00")
    }

    @Test func controlledShutdown() throws {
        try self.expect(
            ControlledShutdownRequest {
                $0.brokerId = 1
                $0.brokerEpoch = 2
            },
            version: 3,
            is: "00000001 0000000000000002 00"
        )
        try self.expect(
            ControlledShutdownResponse {
                $0.remainingPartitions = [
                    .init {
                        $0.topicName = "t"
                        $0.partitionIndex = 1
                    }
                ]
            },
            version: 3,
            is: "0000 02 02 74 00000001 00 00"
        )
    }

    @Test func alterPartition() throws {
        try self.expect(
            AlterPartitionRequest {
                $0.brokerId = 1
                $0.brokerEpoch = 2
                $0.topics = [
                    .init {
                        $0.name = "t"
                        $0.partitions = [
                            .init {
                                $0.partitionIndex = 3
                                $0.leaderId = 1
                                $0.leaderEpoch = 4
                                $0.newIsr = [1, 2]
                                $0.currentIsrVersion = 5
                            }
                        ]
                    }
                ]
            },
            version: 0,
            is:
                "00000001 0000000000000002 02 02 74 02 00000003 00000001 00000004 03 00000001 00000002 00000005 00 00 00"
        )
        try self.expect(
            AlterPartitionResponse {
                $0.topics = [
                    .init {
                        $0.name = "t"
                        $0.partitions = [
                            .init {
                                $0.partitionIndex = 3
                                $0.leaderId = 1
                                $0.leaderEpoch = 4
                                $0.isr = [1, 2]
                                $0.currentIsrVersion = 6
                            }
                        ]
                    }
                ]
            },
            version: 0,
            is: """
                00000000 0000 02 02 74 02 00000003 0000 00000001 00000004 03 00000001 00000002 00000006 00 00 00
                """
        )
    }
}
