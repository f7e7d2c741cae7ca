// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
package import KafkaProtocol

/// Something for the controller to do. One at a time; the others wait.
package enum Work: Hashable, Sendable {
    case takeOffice([BrokerRegistration])
    case brokers([BrokerRegistration])
    case topic(String, TopicAssignment)
    case topicsGone([String])
    case deletion(String)
    /// The logs of a deleted topic are gone on a broker.
    case replicasStopped(broker: Int32, [TopicPartition])
    case alterPartition(RequestID, AlterPartitionRequest)
    case controlledShutdown(RequestID, ControlledShutdownRequest)
    case createTopics(RequestID, CreateTopicsRequest)
    case createPartitions(RequestID, CreatePartitionsRequest)
    case deleteTopics(RequestID, [String])
    case electLeaders(RequestID, ElectLeadersRequest)
    case rebalance

    /// Who waits for an answer.
    var reply: PendingReply? {
        switch self {
        case .alterPartition(let id, _): PendingReply(id: id, response: .alterPartition(AlterPartitionResponse()))
        case .controlledShutdown(let id, _):
            PendingReply(id: id, response: .controlledShutdown(ControlledShutdownResponse()))
        case .createTopics(let id, let request):
            PendingReply(id: id, response: .createTopics(CreateTopicsResponse(failing: request, .notController)))
        case .createPartitions(let id, let request):
            PendingReply(
                id: id,
                response: .createPartitions(CreatePartitionsResponse(failing: request, .notController))
            )
        case .deleteTopics(let id, let names):
            PendingReply(id: id, response: .deleteTopics(DeleteTopicsResponse(names, .notController)))
        case .electLeaders(let id, _): PendingReply(id: id, response: .electLeaders(ElectLeadersResponse()))
        case .takeOffice, .brokers, .topic, .topicsGone, .deletion, .replicasStopped, .rebalance: nil
        }
    }
}

/// An answer that waits for a write, or for the brokers to know.
struct PendingReply: Hashable, Sendable {
    var id: RequestID
    var response: KafkaResponse

    /// What is answered when this broker is not controller any more.
    var notController: KafkaResponse {
        switch self.response {
        case .alterPartition(var response):
            response.errorCode = .notController
            response.topics = []
            return .alterPartition(response)
        case .controlledShutdown(var response):
            response.errorCode = .notController
            response.remainingPartitions = []
            return .controlledShutdown(response)
        case .electLeaders(var response):
            response.errorCode = .notController
            response.replicaElectionResults = []
            return .electLeaders(response)
        case .createTopics(var response):
            for index in response.topics.indices { response.topics[index].errorCode = .notController }
            return .createTopics(response)
        case .createPartitions(var response):
            for index in response.results.indices { response.results[index].errorCode = .notController }
            return .createPartitions(response)
        case .deleteTopics(var response):
            for index in response.responses.indices { response.responses[index].errorCode = .notController }
            return .deleteTopics(response)
        case let other: return other
        }
    }
}

/// A topic to be made, with its overrides.
struct NewTopic: Hashable, Sendable {
    var assignment: TopicAssignment
    var config: [String: String]
    /// The settings among them that do nothing here, which the log names once.
    var withoutEffect: [String] = []
}

/// What a piece of work came to: the changes that are being written, and what follows when they are.
struct Step: Hashable, Sendable {
    /// New states by partition, with the controller's and partition's epochs still to be set.
    var changes: [TopicPartition: PartitionState] = [:]
    /// New topics, whose nodes are written as well.
    var newTopics: [String: NewTopic] = [:]
    var grownTopics: [String: TopicAssignment] = [:]
    /// Further writes.
    var writes: [ZooKeeperRequest.Write] = []
    var removedTopics: [String] = []
    var reply: PendingReply?
    /// Answer only when all brokers know of the changes.
    var waitsForBrokers = false
    /// Brokers that must be told everything: those that came.
    var newBrokers: [Int32] = []
    var brokersChanged = false
    /// Multis that were not answered yet, and whether one of them failed.
    var openWrites: Set<UInt64> = []
    var failure: ZooKeeperFailure?
}
