// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import NIOCore

/// The producers: one batch at a time, sent again until it is acknowledged.
extension KafkaSimulation {
    private static let timeout = Duration.milliseconds(250)

    /// Sends a new batch, or the one whose outcome is not known.
    mutating func produce(_ index: Int) {
        var producer = self.producers[index]
        if producer.values.isEmpty {
            let count = Int.random(in: 1...3, using: &self.load)
            producer.values = (0..<count).map {
                "\(producer.partition)/\(producer.producerID)-\(producer.nextSequence + Int32($0))"
            }
        }
        producer.attempt += 1
        producer.target = self.leader(of: producer.partition) ?? producer.target
        self.producers[index] = producer
        self.schedule(.produceTimeout(index, attempt: producer.attempt), at: self.now + Self.timeout)
        guard let broker = self.brokers[producer.target], broker.machine != nil, broker.isServing else { return }
        let request = IncomingRequest(
            id: RequestID(connection: UInt64(1000 + index), sequence: UInt64(producer.attempt)),
            version: 9,
            body: .produce(Self.request(of: producer))
        )
        self.schedule(
            .broker(producer.target, life: broker.life, .request(request)),
            at: self.now + self.delay(50, 3000)
        )
    }

    /// Whom some broker takes for the leader.
    private mutating func leader(of partition: TopicPartition) -> Int32? {
        let asked = self.ids[Int.random(in: 0..<3, using: &self.load)]
        guard let leader = self.brokers[asked]?.machine?.metadata.partition(partition)?.leader, leader >= 0 else {
            return nil
        }
        return leader
    }

    /// Whether a broker is the leader, and knows it: one that is out of date may well lack the batches before.
    private func isLeader(_ id: Int32, of partition: TopicPartition) -> Bool {
        guard let state = self.state(of: partition), state.leader == id else { return false }
        return self.brokers[id]?.machine?.replicas.partition(partition)?.leaderEpoch == state.leaderEpoch
    }

    private static func request(of producer: SimulatedProducer) -> ProduceRequest {
        var builder = RecordBatchBuilder(
            baseTimestamp: 1,
            producer: .init(id: producer.producerID, epoch: 0, baseSequence: producer.nextSequence)
        )
        for value in producer.values { builder.append(key: nil, value: ByteBuffer(string: value)) }
        var data = ProduceRequest.PartitionProduceData()
        data.index = producer.partition.partition
        data.records = .bytes(builder.build())
        var request = ProduceRequest()
        request.acks = -1
        request.timeoutMs = 200
        request.topicData = [
            .init {
                $0.name = producer.partition.topic
                $0.partitionData = [data]
            }
        ]
        return request
    }

    mutating func produceTimedOut(_ index: Int, attempt: Int) {
        guard self.producers[index].attempt == attempt, !self.producers[index].values.isEmpty else { return }
        self.produce(index)
    }

    mutating func produced(_ index: Int, _ attempt: Int, _ response: KafkaResponse) throws {
        guard self.producers[index].attempt == attempt, case .produce(let response) = response,
            let result = response.responses.first?.partitionResponses.first
        else { return }
        let producer = self.producers[index]
        switch result.errorCode {
        case .none:
            try self.checker.acknowledged(producer.partition, at: result.baseOffset, producer.values, self.fail)
            self.producers[index].ackedCount += 1
            self.producers[index].nextSequence += Int32(producer.values.count)
            self.producers[index].values = []
            self.producers[index].attempt += 1
            self.schedule(.produce(index), at: self.now + self.delay(500, 40000))
        case .outOfOrderSequenceNumber where self.isLeader(producer.target, of: producer.partition):
            throw self.fail(
                .safety,
                "\(producer.partition): sequence \(producer.nextSequence) is out of order at broker \(producer.target), so that"
                    + " acknowledged records are gone"
            )
        default:
            // Every other error passes: the batch is sent again after a moment.
            self.producers[index].attempt += 1
            self.schedule(.produce(index), at: self.now + self.delay(5000, 30000))
        }
    }
}
