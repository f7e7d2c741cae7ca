// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
package import KafkaProtocol
import NIOCore

/// What a broker is still to be told. Only the newest state of each partition is kept, so that it is bounded.
struct Channel: Hashable, Sendable {
    /// What a request under way holds, to be told again if it fails.
    enum UnderWay: Hashable, Sendable {
        case leaderAndIsr(Set<TopicPartition>, isFull: Bool)
        case metadata(Set<TopicPartition>)
        case stop([TopicPartition])
    }

    var registration: BrokerRegistration
    /// Partitions whose leader or in-sync set it has to act upon.
    var partitions: Set<TopicPartition> = []
    /// Whether it must be told all its partitions, since it has just come.
    var isNew = true
    var metadata: Set<TopicPartition> = []
    var mustTellBrokers = true
    /// Partitions whose logs it is to delete.
    var stops: [TopicPartition] = []
    var underWay: UnderWay?
    var request: UInt64 = 0

    init(_ registration: BrokerRegistration) {
        self.registration = registration
    }

    var isIdle: Bool {
        self.underWay == nil && self.partitions.isEmpty && !self.isNew && self.metadata.isEmpty && !self.mustTellBrokers
            && self.stops.isEmpty
    }
}

/// An answer that waits until brokers know what was decided.
struct Barrier: Hashable, Sendable {
    var reply: PendingReply
    /// Brokers that have not been idle since.
    var open: Set<Int32>
}

extension Controller {
    /// Tells the brokers what a step changed.
    mutating func tell(_ step: Step, now: Instant, _ effects: inout [BrokerEffect]) {
        let removed = self.goneMetadata
        self.goneMetadata = []
        for id in self.channels.keys.sorted() {
            guard var channel = self.channels[id] else { continue }
            if step.newBrokers.contains(id) {
                channel.isNew = true
                channel.stops = self.topics.keys.sorted().flatMap { self.topics[$0]?.deleting?[id] ?? [] }
                channel.metadata.formUnion(self.allPartitions.filter { self.states[$0] != nil })
            }
            if step.brokersChanged { channel.mustTellBrokers = true }
            for partition in step.changes.keys {
                channel.metadata.insert(partition)
                if self.replicas(of: partition).contains(id) { channel.partitions.insert(partition) }
            }
            channel.metadata.formUnion(removed)
            self.channels[id] = channel
            self.drive(id, &effects)
        }
    }

    /// Sends the next request of a broker's channel, if none is under way.
    mutating func drive(_ id: Int32, _ effects: inout [BrokerEffect]) {
        guard var channel = self.channels[id], channel.underWay == nil else { return }
        let request: KafkaRequest
        let token: PeerToken
        self.nextRequest += 1
        channel.request = self.nextRequest
        if channel.isNew || !channel.partitions.isEmpty {
            let isFull = channel.isNew
            let ids =
                isFull
                ? self.allPartitions.filter { self.states[$0] != nil && self.replicas(of: $0).contains(id) }
                : channel.partitions.sorted()
            channel.underWay = .leaderAndIsr(channel.partitions, isFull: isFull)
            channel.partitions = []
            channel.isNew = false
            request = .leaderAndIsr(self.leaderAndIsr(ids, isFull: isFull, to: channel.registration))
            token = .leaderAndIsr(channel.request)
        } else if channel.mustTellBrokers || !channel.metadata.isEmpty {
            channel.underWay = .metadata(channel.metadata)
            request = .updateMetadata(self.updateMetadata(channel.metadata.sorted(), to: channel.registration))
            channel.metadata = []
            channel.mustTellBrokers = false
            token = .updateMetadata(channel.request)
        } else if !channel.stops.isEmpty {
            channel.underWay = .stop(channel.stops)
            request = .stopReplica(self.stopReplica(channel.stops, to: channel.registration))
            channel.stops = []
            token = .stopReplica(channel.request)
        } else {
            self.settleBarriers(&effects)
            return
        }
        self.channels[id] = channel
        effects.append(.send(to: channel.registration, token, request))
    }

    /// A broker did as it was told, or refused: in both cases that was it, since a refusal means that it knows better.
    package mutating func channelAnswered(
        _ id: Int32,
        _ request: UInt64,
        error: ErrorCode,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        guard let channel = self.channels[id], channel.request == request, let underWay = channel.underWay else {
            return
        }
        self.channels[id]?.underWay = nil
        if error != .none { effects.append(.note("broker \(id) refused what the controller told it: \(error)")) }
        self.drive(id, &effects)
        if case .stop(let partitions) = underWay, error == .none {
            self.add(.replicasStopped(broker: id, partitions), now: now, &effects)
        }
    }

    /// A broker could not be reached; it is told again until it answers or its registration goes.
    package mutating func channelFailed(_ id: Int32, _ request: UInt64, now: Instant, _ effects: inout [BrokerEffect]) {
        guard var channel = self.channels[id], channel.request == request, let underWay = channel.underWay else {
            return
        }
        channel.underWay = nil
        switch underWay {
        case .leaderAndIsr(let partitions, let isFull):
            channel.partitions.formUnion(partitions)
            channel.isNew = channel.isNew || isFull
        case .metadata(let partitions):
            channel.metadata.formUnion(partitions)
            channel.mustTellBrokers = true
        case .stop(let partitions):
            channel.stops += partitions
        }
        self.channels[id] = channel
        effects.append(.setTimer(.channel(id), at: now + Limits.channelBackoff))
    }

    package mutating func channelTimerFired(_ id: Int32, _ effects: inout [BrokerEffect]) {
        self.drive(id, &effects)
    }

    // MARK: - Answers that wait

    /// Answers when every broker that is to know something knows it; a broker that hands over need not.
    mutating func addBarrier(_ reply: PendingReply, _ effects: inout [BrokerEffect]) {
        let open = self.channels.keys.filter { self.channels[$0]?.isIdle == false && !self.stopping.contains($0) }
        self.barriers.append(Barrier(reply: reply, open: Set(open)))
        self.settleBarriers(&effects)
    }

    private mutating func settleBarriers(_ effects: inout [BrokerEffect]) {
        guard !self.barriers.isEmpty else { return }
        for index in self.barriers.indices {
            self.barriers[index].open = self.barriers[index].open.filter { self.channels[$0]?.isIdle == false }
        }
        let settled = self.barriers.filter(\.open.isEmpty)
        self.barriers.removeAll(where: \.open.isEmpty)
        for barrier in settled { effects.append(.reply(barrier.reply.id, barrier.reply.response)) }
    }

    // MARK: - Requests

    private func leaderAndIsr(
        _ ids: [TopicPartition],
        isFull: Bool,
        to broker: BrokerRegistration
    ) -> LeaderAndIsrRequest {
        var request = LeaderAndIsrRequest()
        request.controllerId = self.me
        request.controllerEpoch = self.epoch
        request.brokerEpoch = broker.epoch
        request.type = isFull ? 1 : 0
        for id in ids {
            guard let state = self.states[id] else { continue }
            var partition = LeaderAndIsrRequest.LeaderAndIsrPartitionState()
            partition.partitionIndex = id.partition
            partition.controllerEpoch = state.controllerEpoch
            partition.leader = state.leader
            partition.leaderEpoch = state.leaderEpoch
            partition.isr = state.inSync
            partition.zkVersion = state.partitionEpoch
            partition.replicas = self.replicas(of: id)
            if request.topicStates.last?.topicName != id.topic {
                request.topicStates.append(.init { $0.topicName = id.topic })
            }
            request.topicStates[request.topicStates.count - 1].partitionStates.append(partition)
        }
        for id in self.brokers.keys.sorted() {
            guard let leader = self.brokers[id] else { continue }
            request.liveLeaders.append(
                .init {
                    $0.brokerId = id
                    $0.hostName = leader.host
                    $0.port = leader.port
                }
            )
        }
        return request
    }

    private func updateMetadata(_ ids: [TopicPartition], to broker: BrokerRegistration) -> UpdateMetadataRequest {
        var request = UpdateMetadataRequest()
        request.controllerId = self.me
        request.controllerEpoch = self.epoch
        request.brokerEpoch = broker.epoch
        for id in self.brokers.keys.sorted() {
            guard let live = self.brokers[id] else { continue }
            var endpoint = UpdateMetadataRequest.UpdateMetadataEndpoint()
            endpoint.host = live.host
            endpoint.port = live.port
            endpoint.listener = "PLAINTEXT"
            request.liveBrokers.append(
                .init {
                    $0.id = id
                    $0.endpoints = [endpoint]
                }
            )
        }
        for id in ids {
            var partition = UpdateMetadataRequest.UpdateMetadataPartitionState()
            partition.partitionIndex = id.partition
            partition.controllerEpoch = self.epoch
            if let state = self.states[id], self.topics[id.topic]?.deleting == nil {
                let replicas = self.replicas(of: id)
                partition.leader = state.leader
                partition.leaderEpoch = state.leaderEpoch
                partition.isr = state.inSync
                partition.zkVersion = state.partitionEpoch
                partition.replicas = replicas
                partition.offlineReplicas = replicas.filter { self.brokers[$0] == nil }
            } else {
                partition.leader = MetadataCache.deletedLeader
            }
            if request.topicStates.last?.topicName != id.topic {
                request.topicStates.append(.init { $0.topicName = id.topic })
            }
            request.topicStates[request.topicStates.count - 1].partitionStates.append(partition)
        }
        return request
    }

    private func stopReplica(_ ids: [TopicPartition], to broker: BrokerRegistration) -> StopReplicaRequest {
        var request = StopReplicaRequest()
        request.controllerId = self.me
        request.controllerEpoch = self.epoch
        request.brokerEpoch = broker.epoch
        for id in ids.sorted() {
            var partition = StopReplicaRequest.StopReplicaPartitionState()
            partition.partitionIndex = id.partition
            partition.leaderEpoch = -2  // a deletion, whatever the epoch is
            partition.deletePartition = true
            if request.topicStates.last?.topicName != id.topic {
                request.topicStates.append(.init { $0.topicName = id.topic })
            }
            request.topicStates[request.topicStates.count - 1].partitionStates.append(partition)
        }
        return request
    }
}
