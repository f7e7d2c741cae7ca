// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

/// The group coordinator's place in the broker: its partitions are those of `__consumer_offsets` that are led here.
extension Broker {
    mutating func takeGroupRequest(_ request: IncomingRequest, now: Instant, _ effects: inout [BrokerEffect]) {
        if case .findCoordinator(let body) = request.body {
            self.findCoordinator(request.id, body, &effects)
        } else {
            self.groupEvent(.request(request), now: now, &effects)
        }
    }

    private mutating func findCoordinator(
        _ id: RequestID,
        _ request: FindCoordinatorRequest,
        _ effects: inout [BrokerEffect]
    ) {
        var response = FindCoordinatorResponse()
        response.nodeId = -1
        response.port = -1
        response.errorCode = .coordinatorNotAvailable
        let groups: Int8 = 0
        if request.keyType != groups {
            response.errorCode = .invalidRequest
            response.errorMessage = "Transactions are not supported."
        } else if let partitions = self.metadata.topics[ZooKeeperPath.offsetsTopic] {
            let index = GroupCoordinator.partition(of: request.key, count: self.settings.offsetsTopicPartitions)
            if let leader = partitions[index]?.leader, let broker = self.metadata.brokers[leader] {
                response.errorCode = .none
                response.nodeId = broker.id
                response.host = broker.host
                response.port = broker.port
            }
        } else {
            self.createTopic(ZooKeeperPath.offsetsTopic, &effects)
        }
        effects.append(.reply(id, .findCoordinator(response)))
    }

    /// Coordinators begin and end with the leadership of their partitions.
    mutating func leadershipChanged(
        gained: [TopicPartition],
        lost: [TopicPartition],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        for id in lost where id.topic == ZooKeeperPath.offsetsTopic {
            self.groupEvent(.lost(id.partition), now: now, &effects)
        }
        for id in gained where id.topic == ZooKeeperPath.offsetsTopic {
            self.groupEvent(.gained(id.partition), now: now, &effects)
        }
    }

    mutating func groupsLoaded(
        _ id: TopicPartition,
        _ batches: [ByteBuffer],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        self.groupEvent(.loaded(id.partition, batches), now: now, &effects)
    }

    /// Tells the coordinator which of its writes are committed.
    mutating func settleGroupWrites(now: Instant, _ effects: inout [BrokerEffect]) {
        while !self.replicas.settledWrites.isEmpty {
            let settled = self.replicas.settledWrites
            self.replicas.settledWrites = []
            for write in settled { self.groupEvent(.settled(write.number, write.error), now: now, &effects) }
        }
    }

    mutating func groupEvent(_ event: GroupCoordinator.Event, now: Instant, _ effects: inout [BrokerEffect]) {
        for effect in self.groups.handle(event, now: now) {
            switch effect {
            case .reply(let id, let response):
                effects.append(.reply(id, response))
            case .append(let number, let partition, let records):
                let id = TopicPartition(ZooKeeperPath.offsetsTopic, partition)
                let error = self.replicas.produce(coordinator: number, to: id, records: records, &effects)
                if error != .none { self.groupEvent(.settled(number, error), now: now, &effects) }
            case .load(let partition):
                effects.append(.log(.load(TopicPartition(ZooKeeperPath.offsetsTopic, partition))))
            case .setTimer(let instant):
                effects.append(.setTimer(.groups, at: instant))
            }
        }
    }
}

extension GroupCoordinator.Settings {
    init(_ settings: BrokerSettings) {
        self.init()
        self.partitionCount = settings.offsetsTopicPartitions
        self.initialRebalanceDelay = settings.groupInitialRebalanceDelay
        self.sessionTimeoutMin = settings.groupSessionTimeoutMin
        self.sessionTimeoutMax = settings.groupSessionTimeoutMax
        self.offsetMetadataBytesMax = settings.offsetMetadataBytesMax
        self.wallClockOriginMs = settings.wallClockMsAtZero
    }
}
