// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// The group coordinator's place in the broker.
extension Broker {
    mutating func takeGroupRequest(_ request: IncomingRequest, now: Instant, _ effects: inout [BrokerEffect]) {
        effects.append(.closeConnection(request.id.connection))
    }

    /// Coordinators begin and end with the leadership of their partitions.
    mutating func leadershipChanged(
        gained: [TopicPartition],
        lost: [TopicPartition],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {}

    mutating func groupsLoaded(
        _ id: TopicPartition,
        _ batches: [ByteBuffer],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {}

    /// Tells the coordinator which of its writes are committed.
    mutating func settleGroupWrites(now: Instant, _ effects: inout [BrokerEffect]) {
        self.replicas.settledWrites = []
    }
}
