// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaProtocol
import NIOCore

extension Broker {
    /// Takes a request of a client or another broker.
    mutating func take(_ request: IncomingRequest, now: Instant, _ effects: inout [BrokerEffect]) {
        let id = request.id
        switch request.body {
        case .produce(let body):
            if self.mustHold(body), self.heldProduces.count < Limits.heldProducesMax {
                self.heldProduces.append(request)
            } else {
                self.produce(id, body, now: now, &effects)
            }
        case .fetch(let body): self.fetch(id, body, now: now, &effects)
        case .listOffsets(let body): self.listOffsets(id, body, version: request.version, &effects)
        case .offsetForLeaderEpoch(let body): self.offsetForLeaderEpoch(id, body, &effects)
        case .metadata(let body): self.metadata(id, body, version: request.version, &effects)
        case .apiVersions: effects.append(.reply(id, .apiVersions(ApiVersionsResponse())))
        case .leaderAndIsr(let body): self.leaderAndIsr(id, body, now: now, &effects)
        case .updateMetadata(let body): self.updateMetadata(id, body, now: now, &effects)
        case .stopReplica(let body): self.stopReplica(id, body, now: now, &effects)
        case .alterPartition(let body): self.controller.add(.alterPartition(id, body), now: now, &effects)
        case .controlledShutdown(let body): self.controller.add(.controlledShutdown(id, body), now: now, &effects)
        case .createTopics(let body): self.controller.add(.createTopics(id, body), now: now, &effects)
        case .createPartitions(let body): self.controller.add(.createPartitions(id, body), now: now, &effects)
        case .deleteTopics(let body):
            let names = body.topicNames + body.topics.compactMap(\.name)
            self.controller.add(.deleteTopics(id, names), now: now, &effects)
        case .electLeaders(let body): self.controller.add(.electLeaders(id, body), now: now, &effects)
        case .initProducerId(let body): self.initProducerID(id, body, now: now, &effects)
        case .describeConfigs(let body): self.describeConfigs(id, body, &effects)
        case .findCoordinator, .joinGroup, .syncGroup, .heartbeat, .leaveGroup, .offsetCommit, .offsetFetch,
            .describeGroups, .listGroups, .deleteGroups:
            self.takeGroupRequest(request, now: now, &effects)
        }
    }

    // MARK: - Records

    /// Whether a topic's settings, on which the answer depends, are still being read: only right after its creation.
    private func mustHold(_ request: ProduceRequest) -> Bool {
        request.topicData.contains { topic in
            topic.partitionData.contains { self.replicas.isAwaitingSettings(TopicPartition(topic.name, $0.index)) }
        }
    }

    /// Takes the requests that waited for a topic's settings, in order.
    mutating func takeHeldProduces(now: Instant, _ effects: inout [BrokerEffect]) {
        let held = self.heldProduces
        self.heldProduces = []
        for request in held { self.take(request, now: now, &effects) }
    }

    private mutating func produce(
        _ id: RequestID,
        _ request: ProduceRequest,
        now: Instant,
        _ effects: inout [BrokerEffect]
    ) {
        var items: [ReplicaManager.ProduceItem] = []
        for topic in request.topicData {
            for data in topic.partitionData {
                let records: ByteBuffer? = if case .bytes(let bytes) = data.records { bytes } else { nil }
                items.append(.init(partition: TopicPartition(topic.name, data.index), records: records))
            }
        }
        self.replicas.produce(
            id,
            acks: request.acks,
            timeout: .milliseconds(max(request.timeoutMs, 0)),
            items: items,
            now: now,
            &effects
        )
    }

    private mutating func fetch(_ id: RequestID, _ request: FetchRequest, now: Instant, _ effects: inout [BrokerEffect])
    {
        // Sessions are declined with id 0, so that a request that continues one is of another broker's life.
        guard request.sessionId == 0 else {
            var response = FetchResponse()
            response.errorCode = .fetchSessionIdNotFound
            effects.append(.reply(id, .fetch(response)))
            return
        }
        var items: [FetchItem] = []
        for topic in request.topics {
            for data in topic.partitions {
                items.append(
                    FetchItem(
                        partition: TopicPartition(topic.topic, data.partition),
                        leaderEpoch: data.currentLeaderEpoch,
                        offset: data.fetchOffset,
                        lastFetchedEpoch: data.lastFetchedEpoch,
                        bytesMax: Int(max(data.partitionMaxBytes, 0))
                    )
                )
            }
        }
        self.replicas.fetch(
            id,
            replica: request.replicaId,
            wait: .milliseconds(max(request.maxWaitMs, 0)),
            bytesMin: Int(max(request.minBytes, 0)),
            bytesMax: Int(max(request.maxBytes, 0)),
            items: items,
            now: now,
            &effects
        )
    }

    // MARK: - Metadata

    private mutating func metadata(
        _ id: RequestID,
        _ request: MetadataRequest,
        version: Int16,
        _ effects: inout [BrokerEffect]
    ) {
        var wanted: [String] = []
        let mayCreate = self.settings.autoCreateTopics && (version < 4 || request.allowAutoTopicCreation)
        let brokerCount = self.metadata.brokers.count
        let factor = Int(self.settings.replicationFactorDefault)
        let response = self.metadata.response(to: request, version: version, clusterID: self.clusterID) { name in
            guard MetadataCache.isValid(topic: name) else { return .invalidTopicException }
            guard mayCreate || name == ZooKeeperPath.offsetsTopic else { return .unknownTopicOrPartition }
            guard brokerCount > 0 else { return .leaderNotAvailable }
            if name != ZooKeeperPath.offsetsTopic, factor > brokerCount { return .invalidReplicationFactor }
            wanted.append(name)
            return .leaderNotAvailable
        }
        for name in wanted { self.createTopic(name, &effects) }
        effects.append(.reply(id, .metadata(response)))
    }

    /// Makes a topic that a client asked for: its nodes, which the controller sees. As Kafka before 2.8 did.
    mutating func createTopic(_ name: String, _ effects: inout [BrokerEffect]) {
        guard self.registration == .registered, !self.creating.contains(name) else { return }
        var config: [String: String] = [:]
        var partitions = Int(self.settings.partitionsDefault)
        var factor = Int(self.settings.replicationFactorDefault)
        if name == ZooKeeperPath.offsetsTopic {
            partitions = Int(self.settings.offsetsTopicPartitions)
            factor = Int(self.settings.offsetsTopicReplicationFactor)
            config = [
                "cleanup.policy": "compact", "compression.type": "producer",
                "segment.bytes": String(self.settings.offsetsTopicSegmentBytes),
            ]
        }
        let replicas = ReplicaPlacement.assign(
            topic: name,
            partitions: 0..<partitions,
            replicationFactor: factor,
            brokers: self.metadata.brokers.keys.sorted()
        )
        guard let replicas else { return }
        self.creating.insert(name)
        let text = TopicAssignment(replicas: replicas).text
        effects.append(
            .zookeeper(
                .multi([
                    .create(
                        path: ZooKeeperPath.topicConfig(name),
                        data: TopicConfigNode.text(config),
                        ephemeral: false
                    ),
                    .create(path: ZooKeeperPath.topic(name), data: text, ephemeral: false),
                ]),
                .autoCreate(topic: name)
            )
        )
    }

    private func describeConfigs(_ id: RequestID, _ request: DescribeConfigsRequest, _ effects: inout [BrokerEffect]) {
        var response = DescribeConfigsResponse()
        for resource in request.resources {
            var result = DescribeConfigsResponse.DescribeConfigsResult()
            result.resourceType = resource.resourceType
            result.resourceName = resource.resourceName
            let topicType: Int8 = 2
            let brokerType: Int8 = 4
            if resource.resourceType == topicType {
                if self.metadata.topics[resource.resourceName] == nil {
                    result.errorCode = .unknownTopicOrPartition
                } else {
                    let overrides = self.topicConfigs[resource.resourceName] ?? [:]
                    for (name, value) in self.topicSettings(resource.resourceName).described
                    where resource.configurationKeys?.contains(name) ?? true {
                        var entry = DescribeConfigsResponse.DescribeConfigsResourceResult()
                        entry.name = name
                        entry.value = value
                        entry.isDefault = overrides[name] == nil
                        entry.configSource = overrides[name] == nil ? 5 : 1  // DEFAULT_CONFIG, TOPIC_CONFIG
                        result.configs.append(entry)
                    }
                }
            } else if resource.resourceType == brokerType {
                for (name, value) in self.settings.described
                where resource.configurationKeys?.contains(name) ?? true {
                    var entry = DescribeConfigsResponse.DescribeConfigsResourceResult()
                    entry.name = name
                    entry.value = value
                    entry.readOnly = true
                    entry.configSource = 4  // STATIC_BROKER_CONFIG
                    result.configs.append(entry)
                }
            } else {
                result.errorCode = .invalidRequest
            }
            response.results.append(result)
        }
        effects.append(.reply(id, .describeConfigs(response)))
    }
}

extension BrokerSettings {
    /// The settings that DescribeConfigs tells of a broker.
    var described: [(name: String, value: String)] {
        [
            ("auto.create.topics.enable", String(self.autoCreateTopics)),
            ("auto.leader.rebalance.enable", String(self.autoRebalanceLeaders)),
            ("broker.id", String(self.id)),
            ("controlled.shutdown.enable", String(self.controlledShutdown)),
            ("default.replication.factor", String(self.replicationFactorDefault)),
            ("delete.topic.enable", String(self.deleteTopics)),
            ("min.insync.replicas", String(self.topic.minInSync)),
            ("num.partitions", String(self.partitionsDefault)),
            ("offsets.topic.num.partitions", String(self.offsetsTopicPartitions)),
            ("offsets.topic.replication.factor", String(self.offsetsTopicReplicationFactor)),
            ("unclean.leader.election.enable", String(self.topic.uncleanElection)),
        ]
    }
}
