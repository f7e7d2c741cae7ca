// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaProtocol

extension Controller {
    // MARK: - Creation

    /// Creates topics: their nodes, their partitions' first states, and the answer.
    func createTopics(_ id: RequestID, _ request: CreateTopicsRequest, _ step: inout Step) {
        var response = CreateTopicsResponse()
        for wanted in request.topics {
            var result = CreateTopicsResponse.CreatableTopicResult()
            result.name = wanted.name
            switch self.plan(wanted) {
            case .failure(let refusal):
                result.errorCode = refusal.code
                result.errorMessage = refusal.message
            case .success(let topic):
                result.numPartitions = Int32(topic.assignment.replicas.count)
                result.replicationFactor = Int16(topic.assignment.replicas.first?.count ?? 0)
                if !request.validateOnly, step.newTopics[wanted.name] == nil {
                    step.newTopics[wanted.name] = topic
                    for (index, replicas) in topic.assignment.replicas.enumerated() {
                        if let state = LeaderElection.first(replicas: replicas, eligible: self.eligible) {
                            step.changes[TopicPartition(wanted.name, Int32(index))] = state
                        }
                    }
                }
            }
            response.topics.append(result)
        }
        step.reply = PendingReply(id: id, response: .createTopics(response))
        step.waitsForBrokers = true
    }

    /// Why a topic can't be made or changed.
    struct Refusal: Error, Hashable {
        var code: ErrorCode
        var message: String
    }

    private func plan(_ wanted: CreateTopicsRequest.CreatableTopic) -> Result<NewTopic, Refusal> {
        let name = wanted.name
        guard MetadataCache.isValid(topic: name) else {
            return .failure(Refusal(code: .invalidTopicException, message: "Topic name '\(name)' is not valid."))
        }
        guard self.topics[name] == nil else {
            return .failure(Refusal(code: .topicAlreadyExists, message: "Topic '\(name)' already exists."))
        }
        var config: [String: String] = [:]
        for entry in wanted.configs { config[entry.name] = entry.value ?? "" }
        let withoutEffect: [String]
        do throws(TopicSettings.Mistake) {
            withoutEffect = try TopicSettings.withoutEffect(config)
        } catch {
            return .failure(Refusal(code: .invalidConfig, message: error.message))
        }
        if !wanted.assignments.isEmpty {
            let assigned = wanted.assignments.sorted { $0.partitionIndex < $1.partitionIndex }
            let isConsistent = assigned.indices.allSatisfy {
                assigned[$0].partitionIndex == Int32($0) && !assigned[$0].brokerIds.isEmpty
                    && Set(assigned[$0].brokerIds).count == assigned[$0].brokerIds.count
            }
            guard isConsistent else {
                let message = "Partitions should be a consecutive 0-based integer sequence, each with distinct brokers."
                return .failure(Refusal(code: .invalidReplicaAssignment, message: message))
            }
            let assignment = TopicAssignment(replicas: assigned.map(\.brokerIds))
            return .success(NewTopic(assignment: assignment, config: config, withoutEffect: withoutEffect))
        }
        let count = wanted.numPartitions == -1 ? self.settings.partitionsDefault : wanted.numPartitions
        guard count > 0, Int(count) <= Limits.topicPartitionsMax else {
            let message = "Number of partitions must be between 1 and \(Limits.topicPartitionsMax), not \(count)."
            return .failure(Refusal(code: .invalidPartitions, message: message))
        }
        let factor = wanted.replicationFactor == -1 ? self.settings.replicationFactorDefault : wanted.replicationFactor
        guard
            let replicas = ReplicaPlacement.assign(
                topic: name,
                partitions: 0..<Int(count),
                replicationFactor: Int(factor),
                brokers: self.eligible.sorted()
            )
        else {
            let message = "Replication factor: \(factor) larger than available brokers: \(self.eligible.count)."
            return .failure(Refusal(code: .invalidReplicationFactor, message: message))
        }
        let assignment = TopicAssignment(replicas: replicas)
        return .success(NewTopic(assignment: assignment, config: config, withoutEffect: withoutEffect))
    }

    /// Adds partitions to topics.
    func createPartitions(_ id: RequestID, _ request: CreatePartitionsRequest, _ step: inout Step) {
        var response = CreatePartitionsResponse()
        for wanted in request.topics {
            var result = CreatePartitionsResponse.CreatePartitionsTopicResult()
            result.name = wanted.name
            if let topic = self.topics[wanted.name], topic.deleting == nil {
                let count = topic.assignment.replicas.count
                let factor = topic.assignment.replicas.first?.count ?? 1
                let replicas =
                    wanted.assignments?.map(\.brokerIds)
                    ?? ReplicaPlacement.assign(
                        topic: wanted.name,
                        partitions: count..<max(count, Int(wanted.count)),
                        replicationFactor: factor,
                        brokers: self.eligible.sorted()
                    )
                if Int(wanted.count) <= count || Int(wanted.count) > Limits.topicPartitionsMax {
                    result.errorCode = .invalidPartitions
                    result.errorMessage = "Topic currently has \(count) partitions, \(wanted.count) asked for."
                } else if let replicas, replicas.count == Int(wanted.count) - count {
                    if !request.validateOnly {
                        let assignment = TopicAssignment(replicas: topic.assignment.replicas + replicas)
                        step.grownTopics[wanted.name] = assignment
                        for (offset, replicas) in replicas.enumerated() {
                            if let state = LeaderElection.first(replicas: replicas, eligible: self.eligible) {
                                step.changes[TopicPartition(wanted.name, Int32(count + offset))] = state
                            }
                        }
                    }
                } else {
                    result.errorCode = .invalidReplicationFactor
                    result.errorMessage = "There are not enough brokers."
                }
            } else {
                result.errorCode = .unknownTopicOrPartition
            }
            response.results.append(result)
        }
        step.reply = PendingReply(id: id, response: .createPartitions(response))
        step.waitsForBrokers = true
    }

    // MARK: - Deletion

    /// Marks topics for deletion, which the deletion's watch then begins.
    func markForDeletion(_ id: RequestID, _ names: [String], _ step: inout Step) {
        var response = DeleteTopicsResponse(names, .none)
        for index in response.responses.indices {
            guard let name = response.responses[index].name, let topic = self.topics[name] else {
                response.responses[index].errorCode = .unknownTopicOrPartition
                continue
            }
            if !self.settings.deleteTopics {
                response.responses[index].errorCode = .topicDeletionDisabled
            } else if topic.deleting == nil {
                let path = ZooKeeperPath.deleteTopics + "/" + name
                step.writes.append(.create(path: path, data: "", ephemeral: false))
            }
        }
        step.reply = PendingReply(id: id, response: .deleteTopics(response))
    }

    /// A deletion mark was seen: tell clients that the topic is gone, and its brokers to remove the logs.
    mutating func beginDeletion(of name: String, _ effects: inout [BrokerEffect]) {
        guard let topic = self.topics[name], self.settings.deleteTopics else {
            let path = ZooKeeperPath.deleteTopics + "/" + name
            self.read(.delete(path: path, version: -1), .unmark, &effects)
            return
        }
        guard topic.deleting == nil else { return }
        var deleting: [Int32: [TopicPartition]] = [:]
        for (index, replicas) in topic.assignment.replicas.enumerated() {
            let id = TopicPartition(name, Int32(index))
            for replica in replicas { deleting[replica, default: []].append(id) }
        }
        self.topics[name]?.deleting = deleting
        for broker in self.channels.keys.sorted() {
            for index in topic.assignment.replicas.indices {
                self.channels[broker]?.metadata.insert(TopicPartition(name, Int32(index)))
            }
            self.channels[broker]?.stops += deleting[broker] ?? []
            self.drive(broker, &effects)
        }
    }

    /// A broker removed logs; returns the topic whose last logs they were.
    mutating func replicasStopped(_ broker: Int32, _ partitions: [TopicPartition]) -> String? {
        var finished: String?
        for id in partitions {
            self.topics[id.topic]?.deleting?[broker]?.removeAll { $0 == id }
            if let deleting = self.topics[id.topic]?.deleting, deleting.values.allSatisfy(\.isEmpty) {
                finished = id.topic
            }
        }
        return finished
    }

    /// Removes a topic's nodes.
    func finishDeletion(of name: String, _ step: inout Step) {
        guard let topic = self.topics[name] else { return }
        var hasState = false
        for index in topic.assignment.replicas.indices {
            let id = TopicPartition(name, Int32(index))
            guard self.states[id] != nil else { continue }
            hasState = true
            step.writes.append(.delete(path: ZooKeeperPath.state(id), version: -1))
            step.writes.append(.delete(path: ZooKeeperPath.partition(id), version: -1))
        }
        if hasState { step.writes.append(.delete(path: ZooKeeperPath.partitions(name), version: -1)) }
        step.writes.append(.delete(path: ZooKeeperPath.topic(name), version: -1))
        step.writes.append(.delete(path: ZooKeeperPath.topicConfig(name), version: -1))
        step.writes.append(.delete(path: ZooKeeperPath.deleteTopics + "/" + name, version: -1))
        step.removedTopics.append(name)
    }
}

extension CreateTopicsResponse {
    /// The same error for every topic.
    init(failing request: CreateTopicsRequest, _ error: ErrorCode) {
        self.init()
        self.topics = request.topics.map { topic in
            CreatableTopicResult {
                $0.name = topic.name
                $0.errorCode = error
            }
        }
    }
}

extension CreatePartitionsResponse {
    /// The same error for every topic.
    init(failing request: CreatePartitionsRequest, _ error: ErrorCode) {
        self.init()
        self.results = request.topics.map { topic in
            CreatePartitionsTopicResult {
                $0.name = topic.name
                $0.errorCode = error
            }
        }
    }
}

extension DeleteTopicsResponse {
    /// The same outcome for every topic.
    init(_ names: [String], _ error: ErrorCode) {
        self.init()
        self.responses = names.map { name in
            DeletableTopicResult {
                $0.name = name
                $0.errorCode = error
            }
        }
    }
}
