// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Determinism
import KafkaCluster
import KafkaProtocol
import NIOCore
import Testing

@Suite("Replicas")
struct ReplicaManagerTests {
    private static let id = TopicPartition("t", 0)

    /// A broker 1 that hosts the partition, plays its log, and collects what it says.
    private struct World {
        var manager: ReplicaManager
        var effects: [BrokerEffect] = []
        var log = LogState()
        var now = Instant.zero

        init() {
            let settings = BrokerSettings(id: 1, host: "h", port: 1)
            self.manager = ReplicaManager(settings: settings)
            var addresses: [Int32: BrokerRegistration] = [:]
            for id: Int32 in 1...3 { addresses[id] = BrokerRegistration(id: id, host: "h", port: id) }
            self.manager.brokersChanged(addresses, now: self.now, &self.effects)
        }

        mutating func assign(leader: Int32, epoch: Int32, inSync: [Int32] = [1, 2, 3], partitionEpoch: Int32 = 0) {
            let state = PartitionState(
                leader: leader,
                leaderEpoch: epoch,
                inSync: inSync,
                controllerEpoch: 1,
                partitionEpoch: partitionEpoch
            )
            let assignment = ReplicaManager.Assignment(
                partition: ReplicaManagerTests.id,
                state: state,
                replicas: [1, 2, 3]
            )
            _ = self.manager.assign(
                [assignment],
                settings: { _ in
                    var settings = TopicSettings()
                    settings.minInSync = 2
                    return settings
                },
                now: self.now,
                &self.effects
            )
            self.playLog()
        }

        mutating func produce(_ sequence: UInt64, records: Int64 = 1, acks: Int16 = -1) {
            self.manager.produce(
                RequestID(connection: 9, sequence: sequence),
                acks: acks,
                timeout: .seconds(1),
                items: [
                    .init(partition: ReplicaManagerTests.id, records: ByteBuffer(repeating: 1, count: Int(records)))
                ],
                now: self.now,
                &self.effects
            )
            self.playLog()
        }

        mutating func fetch(
            _ sequence: UInt64,
            replica: Int32,
            offset: Int64,
            lastEpoch: Int32 = -1,
            epoch: Int32 = -1,
            wait: Duration = .milliseconds(500)
        ) {
            self.manager.fetch(
                RequestID(connection: UInt64(replica + 100), sequence: sequence),
                replica: replica,
                wait: wait,
                bytesMin: 1,
                bytesMax: 1000,
                items: [
                    FetchItem(
                        partition: ReplicaManagerTests.id,
                        leaderEpoch: epoch,
                        offset: offset,
                        lastFetchedEpoch: lastEpoch,
                        bytesMax: 1000
                    )
                ],
                now: self.now,
                &self.effects
            )
            self.playLog()
        }

        /// Performs log requests as the shell would: one byte is one record.
        mutating func playLog() {
            while let index = self.effects.firstIndex(where: { if case .log = $0 { true } else { false } }) {
                guard case .log(let request) = self.effects.remove(at: index) else { return }
                switch request {
                case .open(let id, _): self.manager.opened(id, log: self.log, now: self.now, &self.effects)
                case .append(let token, let records, let epoch):
                    let base = self.log.endOffset
                    if self.log.latestEpoch != epoch {
                        self.log.epochs.append(EpochStart(epoch: epoch, startOffset: base))
                    }
                    self.log.endOffset += Int64(records.readableBytes)
                    let outcome = AppendOutcome.appended(
                        baseOffset: base,
                        lastOffset: self.log.endOffset - 1,
                        logAppendTimeMs: -1
                    )
                    self.manager.appended(token, outcome, log: self.log, now: self.now, &self.effects)
                case .replicate(let id, let records, let leader):
                    self.log.endOffset += Int64(records.readableBytes)
                    self.manager.changed(id, log: self.log, error: .none, leader: leader, now: self.now, &self.effects)
                case .truncate(let id, let offset, let leader):
                    self.log.endOffset = offset
                    self.log.epochs.removeAll { $0.startOffset >= offset }
                    self.manager.changed(id, log: self.log, error: .none, leader: leader, now: self.now, &self.effects)
                case .read(let fetch, let reads, _):
                    let records = reads.map {
                        Records.bytes(ByteBuffer(repeating: 1, count: Int($0.endOffset - $0.offset)))
                    }
                    self.manager.read(fetch: fetch, records: records, now: self.now, &self.effects)
                case .restart, .findTimestamp, .load, .configure, .delete, .checkpoint: break
                }
            }
        }

        /// The answers since the last call.
        mutating func takeReplies() -> [RequestID: KafkaResponse] {
            var replies: [RequestID: KafkaResponse] = [:]
            for case .reply(let id, let response) in self.effects { replies[id] = response }
            self.effects = []
            return replies
        }

        mutating func takeProduceErrors() -> [UInt64: ErrorCode] {
            var errors: [UInt64: ErrorCode] = [:]
            for (id, response) in self.takeReplies() {
                guard case .produce(let response) = response else { continue }
                errors[id.sequence] = response.responses.first?.partitionResponses.first?.errorCode
            }
            return errors
        }
    }

    @Test("acks=all is answered when every in-sync replica has asked for what follows")
    func acksAll() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.produce(1, records: 10)
        #expect(world.takeProduceErrors().isEmpty)
        world.fetch(1, replica: 2, offset: 10)
        #expect(world.takeProduceErrors().isEmpty)
        world.fetch(1, replica: 3, offset: 10)
        #expect(world.takeProduceErrors() == [1: .none])
        #expect(world.manager.partition(Self.id)?.highWatermark == 10)
    }

    @Test("acks=1 is answered at once")
    func acksOne() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.produce(1, acks: 1)
        #expect(world.takeProduceErrors() == [1: .none])
    }

    @Test("A leader with too few in sync takes nothing with acks=all")
    func notEnough() {
        var world = World()
        world.assign(leader: 1, epoch: 0, inSync: [1])
        world.produce(1)
        #expect(world.takeProduceErrors() == [1: .notEnoughReplicas])
    }

    @Test("Who loses its leadership tells everybody who waits")
    func demoted() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.produce(1)
        world.fetch(7, replica: -1, offset: 0)
        world.assign(leader: 2, epoch: 1)
        let replies = world.takeReplies()
        guard case .produce(let produce)? = replies[RequestID(connection: 9, sequence: 1)],
            case .fetch(let fetch)? = replies[RequestID(connection: 99, sequence: 7)]
        else {
            Issue.record("not everybody was told: \(replies)")
            return
        }
        #expect(produce.responses.first?.partitionResponses.first?.errorCode == .notLeaderOrFollower)
        #expect(fetch.responses.first?.partitions.first?.errorCode == .notLeaderOrFollower)
    }

    @Test("A consumer sees only what is committed")
    func committedOnly() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.produce(1, records: 5)
        world.fetch(1, replica: -1, offset: 0)
        #expect(world.takeReplies().isEmpty)
        world.fetch(1, replica: 2, offset: 5)
        world.fetch(1, replica: 3, offset: 5)
        guard case .fetch(let response)? = world.takeReplies()[RequestID(connection: 99, sequence: 1)] else {
            Issue.record("the consumer was not answered")
            return
        }
        #expect(response.responses.first?.partitions.first?.highWatermark == 5)
        #expect(response.responses.first?.partitions.first?.records.count == 5)
    }

    @Test("A follower whose log parts from the leader's is told where")
    func divergence() {
        var world = World()
        world.log = LogState(
            endOffset: 20,
            epochs: [EpochStart(epoch: 0, startOffset: 0), EpochStart(epoch: 3, startOffset: 12)]
        )
        world.assign(leader: 1, epoch: 4)
        world.fetch(1, replica: 2, offset: 17, lastEpoch: 2, epoch: 4)
        guard case .fetch(let response)? = world.takeReplies()[RequestID(connection: 102, sequence: 1)] else {
            Issue.record("the follower was not answered")
            return
        }
        let data = response.responses.first?.partitions.first
        #expect(data?.divergingEpoch.epoch == 0)
        #expect(data?.divergingEpoch.endOffset == 12)
    }

    @Test("A follower of an earlier epoch is fenced, one of a later epoch asks again")
    func epochs() {
        var world = World()
        world.assign(leader: 1, epoch: 4)
        world.fetch(1, replica: 2, offset: 0, epoch: 3)
        world.fetch(2, replica: 2, offset: 0, epoch: 5)
        let errors = world.takeReplies().map { (id, response) -> (UInt64, ErrorCode?) in
            guard case .fetch(let response) = response else { return (id.sequence, nil) }
            return (id.sequence, response.responses.first?.partitions.first?.errorCode)
        }
        #expect(Dictionary(uniqueKeysWithValues: errors) == [1: .fencedLeaderEpoch, 2: .unknownLeaderEpoch])
    }

    @Test("A follower that asks anew frees its earlier request")
    func supersededFetch() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.fetch(1, replica: 2, offset: 0)
        #expect(world.takeReplies().isEmpty)
        world.fetch(2, replica: 2, offset: 0)
        #expect(world.takeReplies().keys.map(\.sequence) == [1])
    }

    @Test("An answer to a question of an earlier epoch is not appended")
    func lateAnswer() {
        var world = World()
        world.assign(leader: 2, epoch: 0)
        let numbers = world.effects.compactMap { effect -> UInt64? in
            if case .send(_, .fetch(let number), _) = effect { number } else { nil }
        }
        world.effects = []
        world.assign(leader: 2, epoch: 1)
        var data = FetchResponse.PartitionData()
        data.records = .bytes(ByteBuffer(repeating: 1, count: 3))
        data.highWatermark = 3
        let response = FetchResponse {
            $0.responses = [
                .init {
                    $0.topic = "t"
                    $0.partitions = [data]
                }
            ]
        }
        for number in numbers { world.manager.fetched(number, from: 2, response, now: world.now, &world.effects) }
        world.playLog()
        #expect(numbers.count == 1)
        #expect(world.log.endOffset == 0)
    }

    @Test("A follower that lags is proposed to leave, and until the controller agrees it still counts")
    func shrink() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.fetch(1, replica: 2, offset: 0)
        world.produce(1)
        world.now = world.now + .seconds(11)
        world.fetch(2, replica: 2, offset: 1)
        world.manager.lagTimerFired(now: world.now, &world.effects)
        #expect(world.takeProduceErrors().isEmpty)
        guard let (number, request) = world.manager.takeProposals(brokerEpoch: 1) else {
            Issue.record("nothing is proposed")
            return
        }
        #expect(request.topics.first?.partitions.first?.newIsr == [1, 2])
        var response = AlterPartitionResponse()
        var data = AlterPartitionResponse.PartitionData()
        data.leaderEpoch = 0
        data.isr = [1, 2]
        data.currentIsrVersion = 1
        response.topics = [
            .init {
                $0.name = "t"
                $0.partitions = [data]
            }
        ]
        world.manager.proposalsAnswered(number, response, now: world.now, &world.effects)
        #expect(world.takeProduceErrors() == [1: .none])
    }

    @Test("A produce request that waits too long is told so")
    func timeout() {
        var world = World()
        world.assign(leader: 1, epoch: 0)
        world.produce(1)
        world.manager.produceTimerFired(now: world.now + .seconds(2), &world.effects)
        #expect(world.takeProduceErrors() == [1: .requestTimedOut])
    }
}
