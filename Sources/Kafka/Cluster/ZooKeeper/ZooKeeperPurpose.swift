// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// Why a request went to ZooKeeper; comes back with its answer.
package enum ZooKeeperPurpose: Hashable, Sendable {
    // The broker's own.
    case folder(String)
    case clusterID
    case register
    /// Who owns `/brokers/ids/N`: an earlier session that has not ended, or this one.
    case ownRegistration
    case topicConfig(String)
    /// A client asked for a topic that is not there.
    case autoCreate(topic: String)
    case producerIDBlock
    case producerIDClaim(first: Int64)
    // The controller's; an answer to an earlier generation is dropped.
    case whoIsController
    case electionEpoch
    case makeElectionEpoch
    case elected(epoch: Int32, version: Int32)
    case controller(UInt64, ControllerRead)
}

/// What the controller reads and writes.
package enum ControllerRead: Hashable, Sendable {
    case ownEpoch
    case brokerIDs
    case broker(Int32, round: UInt64)
    case topics
    case topic(String)
    case topicConfig(String)
    case state(TopicPartition)
    case deletions
    case write(UInt64)
    /// A deletion mark that is not to be followed.
    case unmark
}
