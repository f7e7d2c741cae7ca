// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

package import KafkaProtocol

/// What a broker tells clients about the cluster, as the controller told it.
package struct MetadataCache: Hashable, Sendable {
    /// One partition as clients see it.
    package struct PartitionInfo: Hashable, Sendable {
        package var leader: Int32
        package var leaderEpoch: Int32
        package var inSync: [Int32]
        package var replicas: [Int32]
        package var partitionEpoch: Int32
    }

    /// The brokers that are alive; their epochs are not told here.
    package private(set) var brokers: [Int32: BrokerRegistration] = [:]
    package private(set) var topics: [String: [Int32: PartitionInfo]] = [:]
    package private(set) var controllerID: Int32 = -1
    package private(set) var controllerEpoch: Int32 = -1

    package init() {}

    package func partition(_ id: TopicPartition) -> PartitionInfo? { self.topics[id.topic]?[id.partition] }

    /// Takes the controller's word; partitions whose replicas are none are gone.
    package mutating func update(_ request: UpdateMetadataRequest) {
        self.controllerID = request.controllerId
        self.controllerEpoch = request.controllerEpoch
        self.brokers = [:]
        for broker in request.liveBrokers {
            guard let endpoint = broker.endpoints.first else { continue }
            self.brokers[broker.id] = BrokerRegistration(id: broker.id, host: endpoint.host, port: endpoint.port)
        }
        for topic in request.topicStates {
            for state in topic.partitionStates {
                if state.leader == Self.deletedLeader {
                    self.topics[topic.topicName]?[state.partitionIndex] = nil
                    if self.topics[topic.topicName]?.isEmpty == true { self.topics[topic.topicName] = nil }
                } else {
                    self.topics[topic.topicName, default: [:]][state.partitionIndex] = PartitionInfo(
                        leader: state.leader,
                        leaderEpoch: state.leaderEpoch,
                        inSync: state.isr,
                        replicas: state.replicas,
                        partitionEpoch: state.zkVersion
                    )
                }
            }
        }
    }

    /// The leader of a partition that is being deleted, as Kafka's controller writes it.
    package static let deletedLeader: Int32 = -2

    // MARK: - Answers

    /// Answers a Metadata request; topics that do not exist are told as `missing` says.
    package func response(
        to request: MetadataRequest,
        version: Int16,
        clusterID: String,
        missing: (String) -> ErrorCode
    ) -> MetadataResponse {
        var response = MetadataResponse()
        response.clusterId = clusterID
        response.controllerId = self.brokers[self.controllerID] == nil ? -1 : self.controllerID
        for id in self.brokers.keys.sorted() {
            guard let broker = self.brokers[id] else { continue }
            var answer = MetadataResponse.MetadataResponseBroker()
            answer.nodeId = id
            answer.host = broker.host
            answer.port = broker.port
            response.brokers.append(answer)
        }
        // Version 0 has no way to ask for no topics: an empty list means all.
        let isAll = request.topics == nil || (version == 0 && request.topics?.isEmpty == true)
        let names = isAll ? self.topics.keys.sorted() : (request.topics ?? []).compactMap(\.name)
        for name in names { response.topics.append(self.topic(name, missing: missing)) }
        return response
    }

    private func topic(_ name: String, missing: (String) -> ErrorCode) -> MetadataResponse.MetadataResponseTopic {
        var answer = MetadataResponse.MetadataResponseTopic()
        answer.name = name
        answer.isInternal = name == ZooKeeperPath.offsetsTopic
        guard let partitions = self.topics[name] else {
            answer.errorCode = missing(name)
            return answer
        }
        for index in partitions.keys.sorted() {
            guard let info = partitions[index] else { continue }
            var partition = MetadataResponse.MetadataResponsePartition()
            partition.partitionIndex = index
            let isLed = info.leader >= 0 && self.brokers[info.leader] != nil
            partition.leaderId = isLed ? info.leader : -1
            partition.errorCode = isLed ? .none : .leaderNotAvailable
            partition.leaderEpoch = info.leaderEpoch
            partition.replicaNodes = info.replicas
            partition.isrNodes = info.inSync
            partition.offlineReplicas = info.replicas.filter { self.brokers[$0] == nil }
            answer.partitions.append(partition)
        }
        return answer
    }

    /// Whether Kafka would take the name for a topic.
    package static func isValid(topic name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= Limits.topicNameLengthMax
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
