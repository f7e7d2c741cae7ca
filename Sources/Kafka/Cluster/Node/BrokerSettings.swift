// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism

/// Bugs that can be planted: each breaks one rule that keeps records safe.
package enum BrokerDefect: String, Hashable, Sendable, CaseIterable {
    /// acks=all is answered as soon as the leader has the batch.
    case ackBeforeReplication = "ack-before-replication"
    /// Any living replica may be elected, in sync or not.
    case electAnyReplica = "elect-any-replica"
    /// A leader leaves laggards out of its in-sync set without asking the controller.
    case shrinkWithoutAsking = "shrink-without-asking"
    /// A new leader gets no new epoch.
    case sameEpoch = "same-epoch"
    /// A follower does not cut off what its leader does not have.
    case noTruncation = "no-truncation"
    /// A broker that bounced stays in the in-sync sets, whatever it lost.
    case trustBounced = "trust-bounced"
}

/// The settings of a broker that its machine acts upon; names and defaults are Kafka's.
package struct BrokerSettings: Hashable, Sendable {
    package var id: Int32
    /// The address that clients and other brokers are told.
    package var host: String
    package var port: Int32
    /// The wall clock at the origin of the machine's time, in milliseconds since 1970.
    package var wallClockMsAtZero: Int64 = 0
    /// The id that the cluster gets if it has none: 22 characters of base64.
    package var clusterIDProposal = "AAAAAAAAAAAAAAAAAAAAAA"
    /// Defaults of topics that do not say otherwise.
    package var topic = TopicSettings()
    package var autoCreateTopics = true
    package var deleteTopics = true
    package var partitionsDefault: Int32 = 1
    package var replicationFactorDefault: Int16 = 1
    package var offsetsTopicPartitions: Int32 = 50
    package var offsetsTopicReplicationFactor: Int16 = 3
    package var offsetsTopicSegmentBytes: Int = 104_857_600
    package var autoRebalanceLeaders = true
    package var rebalanceInterval = Duration.seconds(300)
    /// How long after a replica's return its leaderships go back to it; our own, no option of Kafka's.
    package var rebalanceAfterReturn = Duration.seconds(3)
    package var replicaLagMax = Duration.seconds(10)
    package var replicaFetchWaitMax = Duration.milliseconds(500)
    package var replicaFetchBytesMin: Int32 = 1
    package var replicaFetchBytesMax: Int32 = 1_048_576
    package var replicaFetchResponseBytesMax: Int32 = 10_485_760
    package var controlledShutdown = true
    package var controlledShutdownRetriesMax = 3
    package var controlledShutdownBackoff = Duration.seconds(5)
    package var checkpointInterval = Duration.seconds(5)
    package var groupInitialRebalanceDelay = Duration.seconds(3)
    package var groupSessionTimeoutMin = Duration.seconds(6)
    package var groupSessionTimeoutMax = Duration.seconds(300)
    package var offsetMetadataBytesMax = 4096
    /// What ids that must not repeat follow from.
    package var seed: UInt64 = 0
    /// A planted defect, for trials and simulations that must fail.
    package var defect: BrokerDefect?

    package init(id: Int32, host: String, port: Int32) {
        self.id = id
        self.host = host
        self.port = port
    }

    package var registration: BrokerRegistration {
        BrokerRegistration(id: self.id, host: self.host, port: self.port)
    }

    /// The wall clock at an instant, in milliseconds since 1970.
    package func wallClockMs(_ instant: Instant) -> Int64 {
        self.wallClockMsAtZero + instant.nanoseconds / 1_000_000
    }
}
