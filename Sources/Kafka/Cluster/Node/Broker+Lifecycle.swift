// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol

/// The controller's word, the broker's readiness, and its end.
extension Broker {
    /// Why a request of a controller is not obeyed: it is not controller any more, or means this broker's earlier life.
    private func refusal(controllerEpoch: Int32, brokerEpoch: Int64) -> ErrorCode {
        if controllerEpoch < self.replicas.controllerEpoch { return .staleControllerEpoch }
        if brokerEpoch >= 0, brokerEpoch < self.brokerEpoch { return .staleBrokerEpoch }
        return .none
    }

    mutating func leaderAndIsr(
        _ id: RequestID,
        _ request: LeaderAndIsrRequest,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var response = LeaderAndIsrResponse()
        response.errorCode = self.refusal(controllerEpoch: request.controllerEpoch, brokerEpoch: request.brokerEpoch)
        if response.errorCode == .none {
            self.replicas.controllerEpoch = request.controllerEpoch
            self.tellAddresses(of: request.liveLeaders, now: now, &effects)
            var assignments: [ReplicaManager.Assignment] = []
            for topic in request.topicStates {
                self.watchConfig(of: topic.topicName, &effects)
                for partition in topic.partitionStates {
                    let state = PartitionState(
                        leader: partition.leader,
                        leaderEpoch: partition.leaderEpoch,
                        inSync: partition.isr,
                        controllerEpoch: partition.controllerEpoch,
                        partitionEpoch: partition.zkVersion
                    )
                    assignments.append(
                        .init(
                            partition: TopicPartition(topic.topicName, partition.partitionIndex),
                            state: state,
                            replicas: partition.replicas
                        )
                    )
                }
            }
            let known = self.topicConfigs
            let defaults = self.settings.topic
            let change = self.replicas.assign(
                assignments,
                settings: { topic in known[topic].map { defaults.overridden(by: $0) } },
                now: now,
                &effects
            )
            if request.type == 1 { self.hasAllPartitions = true }
            self.leadershipChanged(gained: change.gained, lost: change.lost, now: now, &effects)
            self.considerReadiness(&effects)
        }
        effects.append(.reply(id, .leaderAndIsr(response)))
    }

    private mutating func tellAddresses(
        of leaders: [LeaderAndIsrRequest.LeaderAndIsrLiveLeader],
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var brokers: [Int32: BrokerRegistration] = [:]
        for leader in leaders {
            brokers[leader.brokerId] = BrokerRegistration(
                id: leader.brokerId,
                host: leader.hostName,
                port: leader.port
            )
        }
        self.replicas.brokersChanged(brokers, now: now, &effects)
    }

    mutating func updateMetadata(
        _ id: RequestID,
        _ request: UpdateMetadataRequest,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var response = UpdateMetadataResponse()
        response.errorCode = self.refusal(controllerEpoch: request.controllerEpoch, brokerEpoch: request.brokerEpoch)
        if response.errorCode == .none {
            self.replicas.controllerEpoch = request.controllerEpoch
            self.metadata.update(request)
            self.replicas.brokersChanged(self.metadata.brokers, now: now, &effects)
            self.replicas.proposalTimerFired()  // there may be a new controller to ask
            // A new broker's channel begins with all its partitions, so that the first metadata is complete as well.
            if self.hasAllPartitions { self.hasAllMetadata = true }
            self.considerReadiness(&effects)
        }
        effects.append(.reply(id, .updateMetadata(response)))
    }

    mutating func stopReplica(
        _ id: RequestID,
        _ request: StopReplicaRequest,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var response = StopReplicaResponse()
        response.errorCode = self.refusal(controllerEpoch: request.controllerEpoch, brokerEpoch: request.brokerEpoch)
        if response.errorCode == .none {
            self.replicas.controllerEpoch = request.controllerEpoch
            var lost: [TopicPartition] = []
            for topic in request.topicStates {
                for partition in topic.partitionStates {
                    let id = TopicPartition(topic.topicName, partition.partitionIndex)
                    if self.replicas.partition(id)?.isLeader == true { lost.append(id) }
                    self.replicas.stopReplica(id, delete: partition.deletePartition, now: now, &effects)
                }
            }
            self.leadershipChanged(gained: [], lost: lost, now: now, &effects)
        }
        effects.append(.reply(id, .stopReplica(response)))
    }

    // MARK: - Readiness

    /// Ready for good once this broker has been in the in-sync set of all its partitions since it started: the next one
    /// may then be restarted without a partition falling below its minimum.
    private mutating func considerReadiness(_ effects: inout [BrokerEffect]) {
        guard !self.isReady, self.hasAllPartitions, self.hasAllMetadata else { return }
        for topic in self.metadata.topics.values {
            for partition in topic.values where partition.replicas.contains(self.me) {
                guard partition.inSync.contains(self.me) else { return }
            }
        }
        self.isReady = true
        effects.append(.ready)
    }

    // MARK: - The end

    mutating func beginShutdown(now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.shutdown == .none else { return }
        guard self.settings.controlledShutdown, self.registration == .registered else {
            self.finishShutdown(now: now, &effects)
            return
        }
        self.shutdown = .asking(attempt: 0)
        effects.append(.setTimer(.shutdownLimit, at: now + Limits.shutdownTimeMax))
        self.askForShutdown(now: now, &effects)
    }

    /// Nobody has taken over in time; the next controller will find this broker gone.
    mutating func giveShutdownUp(now: Instant, _ effects: inout [BrokerEffect]) {
        guard case .asking = self.shutdown else { return }
        effects.append(.note("controlled shutdown took longer than \(Limits.shutdownTimeMax); ending all the same"))
        self.finishShutdown(now: now, &effects)
    }

    /// Asks the controller to move everything away from here.
    mutating func askForShutdown(now: Instant, _ effects: inout [BrokerEffect]) {
        guard case .asking(let attempt) = self.shutdown else { return }
        guard let controller = self.controllerAddress else {
            self.shutdownFailed(attempt, now: now, &effects)
            return
        }
        var request = ControlledShutdownRequest()
        request.brokerId = self.me
        request.brokerEpoch = self.brokerEpoch
        effects.append(.send(to: controller, .controlledShutdown(attempt: attempt), .controlledShutdown(request)))
    }

    mutating func shutdownAnswered(
        _ attempt: Int,
        _ response: ControlledShutdownResponse,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard self.shutdown == .asking(attempt: attempt) else { return }
        if response.errorCode == .none, response.remainingPartitions.isEmpty {
            effects.append(.note("controlled shutdown succeeded"))
            self.finishShutdown(now: now, &effects)
        } else if response.errorCode == .none {
            let remaining = response.remainingPartitions.count
            effects.append(.note("controlled shutdown: \(remaining) partitions have nobody else to lead them"))
            self.askLater(attempt, after: self.settings.controlledShutdownBackoff, now: now, &effects)
        } else {
            self.shutdownFailed(attempt, now: now, &effects)
        }
    }

    /// There is no controller at the moment, or it was gone before it answered.
    mutating func shutdownFailed(_ attempt: Int, now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.shutdown == .asking(attempt: attempt) else { return }
        // Elections take a moment; only a broker that finds no controller at all gives up.
        self.electionsAwaited += 1
        if self.electionsAwaited < Limits.shutdownElectionsMax {
            effects.append(.setTimer(.shutdown, at: now + Limits.zookeeperBackoff))
        } else {
            self.electionsAwaited = 0
            self.askLater(attempt, after: self.settings.controlledShutdownBackoff, now: now, &effects)
        }
    }

    private mutating func askLater(_ attempt: Int, after delay: Duration, now: Instant, _ effects: inout [BrokerEffect])
    {
        guard attempt < self.settings.controlledShutdownRetriesMax else {
            effects.append(.note("controlled shutdown failed; ending all the same"))
            self.finishShutdown(now: now, &effects)
            return
        }
        self.shutdown = .asking(attempt: attempt + 1)
        effects.append(.setTimer(.shutdown, at: now + delay))
    }

    private mutating func finishShutdown(now: Instant, _ effects: inout [BrokerEffect]) {
        self.shutdown = .done
        // Nobody is followed from here on, and the session ends with it: no fetch can bring this broker back into an
        // in-sync set, and the next controller never saw it alive.
        self.replicas.beginStopping(now: now, &effects)
        self.controller.sessionLost(&effects)
        self.registration = .disconnected
        effects.append(.log(.checkpoint(self.replicas.highWatermarks)))
        effects.append(.closeSession)
        effects.append(.stopped)
    }
}
