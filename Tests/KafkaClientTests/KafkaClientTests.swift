// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient
import NameResolution
import Synchronization
import Testing

/// The clients against librdkafka's own mock brokers.
@Suite(.timeLimit(.minutes(1)))
struct KafkaClientTests {
    private func client(_ cluster: MockCluster) -> ClientConfiguration {
        ClientConfiguration(bootstrapServers: cluster.bootstrapServers, resolver: Resolver(server: nil))
    }

    @Test func aSentMessageIsReportedWithItsOffset() async throws {
        let cluster = try MockCluster()
        cluster.createTopic("t", partitions: 2)
        let producer = try KafkaProducer(KafkaProducer.Configuration(client: self.client(cluster)))
        let topic = try producer.topic("t")
        let first = try await producer.send(to: topic, partition: 1, key: [1], value: [2, 3])
        let second = try await producer.send(to: topic, partition: 1, value: [4])
        #expect(first.status == .persisted)
        #expect(first.partition == 1)
        #expect(first.error == .none)
        #expect(first.offset == 0)
        #expect(second.offset == 1)
        await producer.close()
        await producer.close()
        #expect(throws: KafkaError.self) { _ = try producer.topic("other") }
        await #expect(throws: KafkaError(code: .destroyed)) {
            _ = try await producer.send(to: topic, partition: 1, value: [5])
        }
    }

    @Test func whatTimesOutIsNotPersisted() async throws {
        var configuration = KafkaProducer.Configuration(
            client: ClientConfiguration(bootstrapServers: "127.0.0.1:1", resolver: Resolver(server: nil))
        )
        configuration.messageTimeoutMs = 50
        let producer = try KafkaProducer(configuration)
        let report = try await producer.send(to: try producer.topic("t"), partition: 0, value: [1])
        #expect(report.status == .notPersisted)
        #expect(report.offset == nil)
        #expect(report.error == .messageTimedOut)
        await producer.close()
    }

    @Test func aFullQueueIsBackPressure() async throws {
        let cluster = try MockCluster(brokers: 1)
        cluster.createTopic("t", partitions: 1, replicationFactor: 1)
        var configuration = KafkaProducer.Configuration(client: self.client(cluster))
        configuration.queueMessagesMax = 10
        let producer = try KafkaProducer(configuration)
        let topic = try producer.topic("t")
        let offsets = try await withThrowingTaskGroup(of: Int64?.self) { group in
            for number in 0..<100 {
                group.addTask { try await producer.send(to: topic, partition: 0, value: [UInt8(number)]).offset }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(offsets.compactMap(\.self)) == Set(0..<100))
        await producer.close()
    }

    @Test func namesGoThroughTheResolver() async throws {
        let cluster = try MockCluster(brokers: 1)
        cluster.createTopic("t", partitions: 1, replicationFactor: 1)
        let port = cluster.bootstrapServers.split(separator: ":").last ?? ""
        let known = ClientConfiguration(
            bootstrapServers: "kafka-0.kafka-hs:\(port)",
            resolver: Resolver(server: nil, hosts: ["kafka-0.kafka-hs": "127.0.0.1"])
        )
        let admin = try KafkaAdmin(known, limit: .seconds(10))
        let metadata = try await admin.metadata(topics: ["t"])
        #expect(metadata.topics.first?.partitions.first?.leader == 1)
        #expect(metadata.brokers.count == 1)
        #expect(try await admin.watermarks(of: "t", 0).high == 0)
        await admin.close()
    }

    @Test func aGroupReadsCommitsAndGoesOnWhereItWas() async throws {
        let cluster = try MockCluster()
        cluster.createTopic("t", partitions: 2)
        let producer = try KafkaProducer(KafkaProducer.Configuration(client: self.client(cluster)))
        let topic = try producer.topic("t")
        for number in 0..<10 {
            _ = try await producer.send(to: topic, partition: Int32(number % 2), value: [UInt8(number)])
        }

        let first = try await self.read(10, from: cluster)
        #expect(first.sorted() == (0..<10).map { UInt8($0) })
        for number in 10..<14 {
            _ = try await producer.send(to: topic, partition: Int32(number % 2), value: [UInt8(number)])
        }
        #expect(try await self.readOn(4, from: cluster).sorted() == [10, 11, 12, 13])
        await producer.close()
    }

    /// Reads that many messages as the only member of a group, commits them, and leaves.
    private func read(_ count: Int, from cluster: MockCluster) async throws -> [UInt8] {
        let (stream, source) = AsyncStream.makeStream(of: (value: UInt8, place: TopicPartition).self)
        let (events, eventSource) = AsyncStream.makeStream(of: ConsumerEvent.self)
        let consumer = try KafkaConsumer(.init(client: self.client(cluster), groupID: "g")) { messages in
            for message in messages {
                source.yield(
                    (message.value[0], TopicPartition(message.topic, message.partition, offset: message.offset))
                )
            }
        } onEvent: {
            eventSource.yield($0)
        }
        try consumer.subscribe(["t"])
        var values: [UInt8] = []
        var next: [Int32: Int64] = [:]
        for await message in stream {
            values.append(message.value)
            next[message.place.partition] = (message.place.offset ?? 0) + 1
            if values.count == count { break }
        }
        try consumer.commit(next.map { TopicPartition("t", $0.key, offset: $0.value) })
        var sawAssignment = false
        for await event in events {
            if case .assigned(let partitions) = event { sawAssignment = partitions.count == 2 }
            if case .committed(let offsets, let error) = event {
                #expect(error == nil)
                #expect(Set(offsets.map(\.partition)) == Set(next.keys))
                break
            }
        }
        #expect(sawAssignment)
        await consumer.close()
        var revoked = false
        for await event in events {
            if case .revoked(_, let isLost) = event { revoked = !isLost }
            if case .closed = event { break }
        }
        #expect(revoked)
        return values
    }

    /// Reads that many messages from where the group is, without joining it.
    private func readOn(_ count: Int, from cluster: MockCluster) async throws -> [UInt8] {
        let (stream, source) = AsyncStream.makeStream(of: UInt8.self)
        let consumer = try KafkaConsumer(.init(client: self.client(cluster), groupID: "g")) { messages in
            for message in messages { source.yield(message.value[0]) }
        }
        try consumer.assign([TopicPartition("t", 0), TopicPartition("t", 1)])
        var values: [UInt8] = []
        for await value in stream {
            values.append(value)
            if values.count == count { break }
        }
        await consumer.close()
        return values
    }
}
