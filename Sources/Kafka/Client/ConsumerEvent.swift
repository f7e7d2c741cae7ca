// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

/// What happens to a consumer beside messages, in order with them.
public enum ConsumerEvent: Sendable {
    /// These partitions are read from now on.
    case assigned([TopicPartition])
    /// These partitions are not read any more. `isLost`: another member may have them already.
    case revoked([TopicPartition], isLost: Bool)
    /// A partition was read to its present end.
    case partitionEnd(TopicPartition)
    /// A commit is done: the offsets, and why it failed.
    case committed([TopicPartition], KafkaError?)
    /// Errors, statistics, logs.
    case notice(ClientNotice)
    /// The consumer has left its group and nothing follows.
    case closed
}
