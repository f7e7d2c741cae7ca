// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import KafkaBroker
import KafkaProtocol
import Logging
import NIOCore
import Testing
import ZooKeeperServer

@Suite("A broker with a ZooKeeper server, over sockets", .timeLimit(.minutes(1)))
struct KafkaBrokerTests {
    /// A client that sends a frame and waits for the next one.
    private struct Client {
        let descriptor: CInt

        init(port: Int) throws {
            self.descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var limit = timeval(tv_sec: 10, tv_usec: 0)
            setsockopt(self.descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(status == 0)
        }

        func send(_ bytes: ByteBuffer) {
            let view = Array(bytes.readableBytesView)
            #expect(Glibc.send(self.descriptor, view, view.count, CInt(MSG_NOSIGNAL)) == view.count)
        }

        /// Exactly so many bytes; nil when the broker closed the connection.
        private func receive(_ count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            var filled = 0
            while filled < count {
                let read = bytes.withUnsafeMutableBytes {
                    recv(self.descriptor, $0.baseAddress! + filled, count - filled, 0)
                }
                guard read > 0 else { return nil }
                filled += read
            }
            return bytes
        }

        func receiveFrame() -> ByteBuffer? {
            guard let head = self.receive(4) else { return nil }
            let length = head.reduce(0) { $0 << 8 | Int($1) }
            return self.receive(length).map { ByteBuffer(bytes: $0) }
        }

        func ask<Request: RequestMessage>(_ request: Request, version: Int16) throws -> Request.Response {
            self.send(try Frame.request(request, version: version, correlationId: 7, clientId: "test"))
            var frame = try #require(self.receiveFrame())
            let header = try ResponseHeader(from: &frame, apiKey: Request.apiKey, apiVersion: version)
            #expect(header.correlationId == 7)
            return try Request.Response(from: &frame, version: version)
        }

        func close() { Glibc.close(self.descriptor) }
    }

    /// Runs a ZooKeeper server and a broker, and the body with the broker's port.
    private func withBroker(_ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "seatrial-\(UUID())").path
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch {
                print("left behind: \(folder): \(error)")
            }
        }
        var logger = Logger(label: "test")
        logger.logLevel = .error
        var zookeeper = ZooKeeperServer.Configuration(dataDirectory: folder + "/zookeeper")
        zookeeper.clientPort = 0
        zookeeper.logger = logger
        let (ports, portContinuation) = AsyncStream.makeStream(of: Int.self)
        let server = ZooKeeperServer(configuration: zookeeper, onListening: { portContinuation.yield($0) })
        let brokerLogger = logger
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var iterator = ports.makeAsyncIterator()
            let zookeeperPort = try #require(await iterator.next())
            let configuration = try BrokerConfiguration(
                arguments: [
                    "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", "log.dir=\(folder)/kafka",
                    "--override", "zookeeper.connect=127.0.0.1:\(zookeeperPort)", "--override",
                    "offsets.topic.replication.factor=1",
                ],
                environment: [:]
            )
            let broker = KafkaBroker(configuration: configuration, logger: brokerLogger) { portContinuation.yield($0) }
            group.addTask { try await broker.run() }
            let port = try #require(await iterator.next())
            try await body(port)
            group.cancelAll()
        }
    }

    /// Waits until a topic that the request makes has a leader.
    private static func awaitTopic(_ name: String, _ client: Client) throws {
        var request = MetadataRequest()
        request.topics = [.init { $0.name = name }]
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let response = try client.ask(request, version: 9)
            if let topic = response.topics.first, topic.errorCode == .none,
                topic.partitions.allSatisfy({ $0.errorCode == .none && $0.leaderId == 0 }), !topic.partitions.isEmpty
            {
                return
            }
        }
        Issue.record("\(name) has no leader")
    }

    @Test("Versions, a topic made on demand, records there and back, garbage, and a version that is too new")
    func session() async throws {
        try await self.withBroker { port in
            let client = try Client(port: port)
            defer { client.close() }
            let versions = try client.ask(ApiVersionsRequest(), version: 3)
            #expect(versions.errorCode == .none)
            #expect(versions.apiKeys.contains { $0.apiKey == 0 && $0.minVersion == 0 && $0.maxVersion == 9 })

            try Self.awaitTopic("orders", client)
            var builder = RecordBatchBuilder(baseTimestamp: 1)
            builder.append(key: nil, value: ByteBuffer(string: "hello"))
            let batch = builder.build()
            let produce = ProduceRequest {
                $0.acks = -1
                $0.timeoutMs = 5000
                $0.topicData = [
                    .init {
                        $0.name = "orders"
                        $0.partitionData = [.init { $0.records = .bytes(batch) }]
                    }
                ]
            }
            let produced = try client.ask(produce, version: 9)
            #expect(produced.responses.first?.partitionResponses.first?.errorCode == ErrorCode.none)
            #expect(produced.responses.first?.partitionResponses.first?.baseOffset == 0)

            let fetch = FetchRequest {
                $0.maxWaitMs = 1000
                $0.minBytes = 1
                $0.topics = [
                    .init {
                        $0.topic = "orders"
                        $0.partitions = [.init { $0.partitionMaxBytes = 1_000_000 }]
                    }
                ]
            }
            let fetched = try client.ask(fetch, version: 11)
            guard case .bytes(let bytes)? = fetched.responses.first?.partitions.first?.records else {
                Issue.record("no records came")
                return
            }
            let value = try RecordBatch(bytes).records().first?.value
            #expect(value == ByteBuffer(string: "hello"))

            // A version that nobody knows yet is answered in the oldest one (KIP-511).
            var unknown = ByteBuffer()
            unknown.writeMultipleIntegers(Int32(11), Int16(18), Int16(99), Int32(7), Int16(-1), Int8(0))
            unknown.setInteger(Int32(unknown.readableBytes - 4), at: 0)
            client.send(unknown)
            var answer = try #require(client.receiveFrame())
            answer.moveReaderIndex(forwardBy: 4)
            #expect(try ApiVersionsResponse(from: &answer, version: 0).errorCode == .unsupportedVersion)

            for garbage in [
                [UInt8](repeating: 0xff, count: 64), Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 2, 9, 9],
            ] {
                let vandal = try Client(port: port)
                vandal.send(ByteBuffer(bytes: garbage))
                #expect(vandal.receiveFrame() == nil)
                vandal.close()
            }
            #expect(try client.ask(ApiVersionsRequest(), version: 0).errorCode == .none)
        }
    }
}
