// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import Determinism
import KafkaProtocol
import NIOCore

extension Controller {
    /// What a piece of work comes to; nil when nothing is to be done (a refusal is answered here). Only the lists of
    /// brokers, which are not stored, change here; all else changes when the step is written.
    mutating func decide(_ work: Work, now: Instant, _ effects: inout [BrokerEffect]) -> Step? {
        var step = Step()
        switch work {
        case .takeOffice(let brokers):
            self.openChannels(brokers, &step)
            self.repairAll(&step, &effects)
            step.brokersChanged = true
        case .brokers(let brokers):
            guard self.replaceBrokers(brokers, &step) else { return nil }
            self.repairAll(&step, &effects)
        case .topic(let name, let assignment):
            self.adopt(topic: name, assignment)
            self.addNewPartitions(&step)
        case .topicsGone(let names):
            for name in names where self.topics[name]?.deleting == nil { step.removedTopics.append(name) }
            guard !step.removedTopics.isEmpty else { return nil }
        case .deletion(let name):
            self.beginDeletion(of: name, &effects)
            return nil
        case .replicasStopped(let broker, let partitions):
            guard let finished = self.replicasStopped(broker, partitions) else { return nil }
            self.finishDeletion(of: finished, &step)
        case .alterPartition(let id, let request):
            self.alterPartitions(id, request, &step, now: now, &effects)
        case .controlledShutdown(let id, let request):
            guard self.relieve(id, request, &step, &effects) else { return nil }
        case .createTopics(let id, let request):
            self.createTopics(id, request, &step)
        case .createPartitions(let id, let request):
            self.createPartitions(id, request, &step)
        case .deleteTopics(let id, let names):
            self.markForDeletion(id, names, &step)
        case .electLeaders(let id, let request):
            self.electLeaders(id, request, &step)
        case .rebalance:
            self.rebalance(&step)
        }
        return step
    }

    // MARK: - Brokers

    private mutating func openChannels(_ brokers: [BrokerRegistration], _ step: inout Step) {
        for broker in brokers {
            self.brokers[broker.id] = broker
            self.channels[broker.id] = Channel(broker)
            step.newBrokers.append(broker.id)
        }
    }

    /// Takes the list of brokers that are registered now; false when it is the same. A broker that came back with
    /// another epoch went and came (KIP-380): what it was told before is void.
    private mutating func replaceBrokers(_ brokers: [BrokerRegistration], _ step: inout Step) -> Bool {
        let before = self.brokers
        let now = Dictionary(uniqueKeysWithValues: brokers.map { ($0.id, $0) })
        guard before != now else { return false }
        let gone = before.keys.filter { now[$0]?.epoch != before[$0]?.epoch }.sorted()
        for id in gone {
            self.brokers[id] = nil
            self.channels[id] = nil
            self.stopping.removeAll { $0 == id }
        }
        self.bounced = Set(gone).intersection(now.keys)
        self.openChannels(brokers.filter { before[$0.id]?.epoch != $0.epoch }.sorted { $0.id < $1.id }, &step)
        step.brokersChanged = true
        return true
    }

    /// Repairs every partition after brokers came or went.
    ///
    /// A broker that bounced may have lost what it had not flushed: it leaves the in-sync set like one that died, and
    /// comes back by fetching, unless nobody else is in it.
    private mutating func repairAll(_ step: inout Step, _ effects: inout [BrokerEffect]) {
        let live = Set(self.brokers.keys)
        let eligible = self.eligible
        for id in self.allPartitions {
            guard let state = self.states[id], let topic = self.topics[id.topic] else { continue }
            let replicas = self.replicas(of: id)
            let trustsAll = self.settings.defect == .trustBounced
            let bounced = trustsAll ? [] : self.bounced.union(self.bouncedUnseen(id, state))
            let hasSteadfast = state.inSync.contains { live.contains($0) && !bounced.contains($0) }
            let absent = hasSteadfast ? bounced : []
            let repaired = LeaderElection.repair(
                state,
                replicas: replicas,
                live: live.subtracting(absent),
                eligible: eligible.subtracting(absent),
                allowUnclean: topic.settings.uncleanElection,
                asksNobody: self.settings.defect == .electAnyReplica
            )
            if let repaired {
                step.changes[id] = repaired.state
                if repaired.isUnclean { effects.append(.reached(.uncleanElection)) }
            } else if bounced.contains(state.leader) {
                // The same leader in another life: a new epoch, so that followers compare their logs with its.
                var next = state
                next.leaderEpoch += 1
                step.changes[id] = next
            }
        }
        self.bounced = []
        self.stateWritten = [:]
        self.addNewPartitions(&step)
    }

    /// In-sync replicas whose brokers registered after the state was last written: they bounced while nobody was
    /// controller. Only a controller that has just read the states knows.
    private func bouncedUnseen(_ id: TopicPartition, _ state: PartitionState) -> Set<Int32> {
        guard let written = self.stateWritten[id] else { return [] }
        return Set(state.inSync.filter { (self.brokers[$0]?.epoch ?? -1) > written })
    }

    private mutating func adopt(topic name: String, _ assignment: TopicAssignment) {
        if self.topics[name] == nil {
            self.topics[name] = Topic(assignment: assignment, settings: self.settings.topic)
        } else if self.topics[name]?.deleting == nil {
            self.topics[name]?.assignment = assignment
        }
    }

    /// Gives partitions without a state their first leader.
    private func addNewPartitions(_ step: inout Step) {
        for id in self.allPartitions where self.states[id] == nil {
            if let state = LeaderElection.first(replicas: self.replicas(of: id), eligible: self.eligible) {
                step.changes[id] = state
            }
        }
    }

    // MARK: - Leaders

    private mutating func alterPartitions(
        _ id: RequestID,
        _ request: AlterPartitionRequest,
        _ step: inout Step,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var response = AlterPartitionResponse()
        guard self.brokers[request.brokerId]?.epoch == request.brokerEpoch else {
            response.errorCode = .staleBrokerEpoch
            step.reply = PendingReply(id: id, response: .alterPartition(response))
            return
        }
        var isReturn = false
        for topic in request.topics {
            var topicAnswer = AlterPartitionResponse.TopicData()
            topicAnswer.name = topic.name
            for proposal in topic.partitions {
                let partition = TopicPartition(topic.name, proposal.partitionIndex)
                let state = self.states[partition]
                let replicas = self.replicas(of: partition)
                var answer = AlterPartitionResponse.PartitionData()
                answer.partitionIndex = proposal.partitionIndex
                answer.errorCode = LeaderElection.refusal(
                    of: proposal,
                    from: request.brokerId,
                    state: state,
                    replicas: replicas,
                    eligible: self.eligible
                )
                if let state {
                    var next = state
                    if answer.errorCode == .none, Set(proposal.newIsr) != Set(state.inSync) {
                        next.inSync = proposal.newIsr
                        next.partitionEpoch += 1
                        step.changes[partition] = next
                        if let preferred = replicas.first, next.leader != preferred, next.inSync.contains(preferred) {
                            isReturn = true
                        }
                    }
                    answer.leaderId = next.leader
                    answer.leaderEpoch = next.leaderEpoch
                    answer.isr = next.inSync
                    answer.currentIsrVersion = next.partitionEpoch
                }
                topicAnswer.partitions.append(answer)
            }
            response.topics.append(topicAnswer)
        }
        step.reply = PendingReply(id: id, response: .alterPartition(response))
        if isReturn, self.settings.autoRebalanceLeaders {
            effects.append(.setTimer(.rebalance, at: now + self.settings.rebalanceAfterReturn))
        }
    }

    /// Moves everything away from a broker that wants to end; false when it was refused.
    private mutating func relieve(
        _ id: RequestID,
        _ request: ControlledShutdownRequest,
        _ step: inout Step,
        _ effects: inout [BrokerEffect]
    ) -> Bool {
        let broker = request.brokerId
        var response = ControlledShutdownResponse()
        guard let known = self.brokers[broker], request.brokerEpoch < 0 || request.brokerEpoch == known.epoch else {
            response.errorCode = .staleBrokerEpoch
            effects.append(.reply(id, .controlledShutdown(response)))
            return false
        }
        effects.append(.reached(.controlledShutdown))
        if !self.stopping.contains(broker) { self.stopping.append(broker) }
        for partition in self.allPartitions {
            guard let state = self.states[partition] else { continue }
            let replicas = self.replicas(of: partition)
            guard replicas.contains(broker) else { continue }
            let next = LeaderElection.relieve(state, of: broker, replicas: replicas, eligible: self.eligible)
            if let next { step.changes[partition] = next }
            if (next ?? state).leader == broker, replicas.count > 1 {
                var remaining = ControlledShutdownResponse.RemainingPartition()
                remaining.topicName = partition.topic
                remaining.partitionIndex = partition.partition
                response.remainingPartitions.append(remaining)
            }
        }
        step.reply = PendingReply(id: id, response: .controlledShutdown(response))
        step.waitsForBrokers = true
        return true
    }

    /// Gives leaderships back to the preferred replicas, once nothing is being restarted.
    private func rebalance(_ step: inout Step) {
        for id in self.allPartitions {
            guard let state = self.states[id] else { continue }
            let replicas = self.replicas(of: id)
            if let next = LeaderElection.prefer(state, replicas: replicas, eligible: self.eligible) {
                step.changes[id] = next
            }
        }
    }

    /// The rebalance timer fired.
    package mutating func rebalanceTimerFired(now: Instant, _ effects: inout [BrokerEffect]) {
        guard self.isActive, self.settings.autoRebalanceLeaders else { return }
        let isCalm =
            self.stopping.isEmpty
            && self.allPartitions.allSatisfy { id in
                guard let state = self.states[id] else { return false }
                return state.leader >= 0 && state.inSync.count == self.replicas(of: id).count
            }
        // While a broker is away, moving leaders would only add to the interruptions.
        let next = isCalm ? self.settings.rebalanceInterval : self.settings.rebalanceAfterReturn
        effects.append(.setTimer(.rebalance, at: now + next))
        if isCalm { self.add(.rebalance, now: now, &effects) }
    }

    private func electLeaders(_ id: RequestID, _ request: ElectLeadersRequest, _ step: inout Step) {
        var response = ElectLeadersResponse()
        let asked = request.topicPartitions.map { list in
            list.flatMap { topic in topic.partitions.map { TopicPartition(topic.topic, $0) } }
        }
        for partition in asked ?? self.allPartitions {
            var result = ElectLeadersResponse.PartitionResult()
            result.partitionId = partition.partition
            let replicas = self.replicas(of: partition)
            if let state = self.states[partition] {
                if let next = LeaderElection.prefer(state, replicas: replicas, eligible: self.eligible) {
                    step.changes[partition] = next
                } else {
                    result.errorCode =
                        state.leader == replicas.first ? .electionNotNeeded : .preferredLeaderNotAvailable
                    if asked == nil { continue }
                }
            } else {
                result.errorCode = .unknownTopicOrPartition
            }
            if response.replicaElectionResults.last?.topic != partition.topic {
                response.replicaElectionResults.append(.init { $0.topic = partition.topic })
            }
            response.replicaElectionResults[response.replicaElectionResults.count - 1].partitionResult.append(result)
        }
        step.reply = PendingReply(id: id, response: .electLeaders(response))
        step.waitsForBrokers = true
    }
}
