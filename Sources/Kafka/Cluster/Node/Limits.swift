// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// The limits of the broker's machines.
package enum Limits {
    /// How long a follower waits after its leader did not answer, or did not know it.
    package static let fetchBackoff = Duration.milliseconds(50)
    /// How long a leader waits before it asks the controller again.
    package static let proposalBackoff = Duration.milliseconds(50)
    /// How long the controller waits before it writes to a broker again.
    package static let channelBackoff = Duration.milliseconds(50)
    /// How long each rank waits before it stands for election: the lowest living id goes first.
    package static let electionStep = Duration.milliseconds(150)
    /// How often a broker that wants to end waits `zookeeperBackoff` for a controller before it counts as a failure.
    package static let shutdownElectionsMax = 20
    /// How long a broker that wants to end waits for a controller in all: one that has lost ZooKeeper may answer nobody for
    /// as long as it likes, and a pod's grace period is 30 seconds if nobody says otherwise.
    package static let shutdownTimeMax = Duration.seconds(20)
    /// How long a broker waits before it asks ZooKeeper again what it did not answer.
    package static let zookeeperBackoff = Duration.milliseconds(100)
    /// Produce requests that wait for their topics' settings; more are refused, to be sent again.
    package static let heldProducesMax = 1000
    /// The writes of one multi, so that it stays far below ZooKeeper's limit of 1 MiB.
    package static let multiWritesMax = 500
    /// The partitions of one topic that a client may ask for.
    package static let topicPartitionsMax = 10_000
    /// The longest topic name, as in Kafka.
    package static let topicNameLengthMax = 249
    /// Producer ids taken from ZooKeeper at a time, as in Kafka.
    package static let producerIDBlockSize: Int64 = 1000
}
