// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaClient
import KafkaTools
import NameResolution
import Synchronization
import Testing

/// The tools against librdkafka's own mock brokers, with streams of the test's own.
@Suite(.timeLimit(.minutes(1)))
struct KafkaToolsTests {
    /// What a tool printed, and what it is fed.
    private final class Terminal: Sendable {
        let output = Mutex([UInt8]())
        let complaints = Mutex([String]())
        let input: Mutex<[String]>

        init(input: [String] = []) {
            self.input = Mutex(input)
        }

        var io: ToolIO {
            ToolIO(
                output: { bytes in self.output.withLock { $0 += bytes } },
                complain: { line in self.complaints.withLock { $0.append(line) } },
                nextLine: { self.input.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) } }
            )
        }

        var text: String { String(decoding: self.output.withLock { $0 }, as: UTF8.self) }
        var lines: [String] { self.text.split(separator: "\n").map(String.init) }
    }

    private func run(
        _ name: String,
        _ arguments: [String],
        servers: String?,
        input: [String] = []
    ) async -> (status: Int32, terminal: Terminal) {
        let terminal = Terminal(input: input)
        let surroundings = KafkaTools.Surroundings(resolver: Resolver(server: nil), bootstrapServers: servers)
        return (await KafkaTools.run(name, arguments, surroundings: surroundings, io: terminal.io), terminal)
    }

    @Test func whatIsProducedIsConsumed() async throws {
        let cluster = try MockCluster()
        cluster.createTopic("lines", partitions: 2)
        let servers = cluster.bootstrapServers
        let produced = await self.run(
            "kafka-console-producer",
            [
                "--broker-list", servers, "--topic", "lines", "--property", "parse.key=true", "--property",
                "key.separator=:",
            ],
            servers: nil,
            input: ["a:one", "b:two", "c:three"]
        )
        #expect(produced.status == 0)
        #expect(produced.terminal.complaints.withLock { $0 } == [])

        let consumed = await self.run(
            "kafka-console-consumer",
            [
                "--bootstrap-server=\(servers)", "--topic", "lines", "--from-beginning", "--max-messages", "3",
                "--property", "print.key=true", "--property", "key.separator=-",
            ],
            servers: nil
        )
        #expect(consumed.status == 0)
        #expect(consumed.terminal.lines.sorted() == ["a-one", "b-two", "c-three"])
        #expect(consumed.terminal.complaints.withLock { $0 } == ["Processed a total of 3 messages"])

        let read = await self.run("consume", ["-t", "lines", "-o", "beginning", "-e"], servers: servers)
        #expect(read.terminal.lines.sorted() == ["one", "three", "two"])

        let idle = await self.run("consume", ["lines", "--timeout-ms", "1"], servers: servers)
        #expect(idle.status == 0)
        #expect(idle.terminal.text.isEmpty)
    }

    @Test func whatIsNotAcknowledgedIsTold() async throws {
        let result = await self.run(
            "produce",
            ["-b", "127.0.0.1:1", "-t", "lines", "-X", "message.timeout.ms=100", "--request-timeout-ms", "100"],
            servers: nil,
            input: ["one", "two"]
        )
        #expect(result.status == 1)
        let complaints = result.terminal.complaints.withLock { $0 }
        #expect(complaints.count == 3)
        #expect(
            complaints.filter { $0.hasPrefix("line ") && $0.contains("was not acknowledged and is not there") }.count
                == 2
        )
        #expect(complaints.last == "2 of 2 messages were not acknowledged")
    }

    @Test func whatDoesNothingIsNamedOnce() async throws {
        let cluster = try MockCluster()
        cluster.createTopic("lines", partitions: 1)
        let servers = cluster.bootstrapServers
        let settings = NSTemporaryDirectory() + "seatrial-\(UUID().uuidString).properties"
        try "# how to send\nclient.id = told-by-file\n".write(toFile: settings, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: settings) }
        let produced = await self.run(
            "kafka-console-producer",
            [
                "--topic", "lines", "--sync", "--timeout", "1", "--line-reader", "x", "--property", "charset=latin1",
                "--producer.config", settings,
            ],
            servers: servers,
            input: ["one"]
        )
        #expect(produced.status == 0)
        #expect(
            produced.terminal.complaints.withLock { $0 } == [
                "accepted, but without effect here: --line-reader, --sync, --property charset=latin1"
            ]
        )
        let listed = await self.run("kafka-topics", ["--list", "--force"], servers: servers)
        #expect(listed.terminal.complaints.withLock { $0 } == ["accepted, but without effect here: --force"])
        let absent = await self.run(
            "consume",
            ["lines", "--consumer.config", "/absent", "--isolation-level", "read_committed"],
            servers: servers
        )
        #expect(absent.status == 1)
        #expect(absent.terminal.complaints.withLock { $0 }.first?.contains("/absent cannot be read") == true)
    }

    @Test func topicsAreListed() async throws {
        let cluster = try MockCluster()
        cluster.createTopic("alpha", partitions: 1)
        cluster.createTopic("beta", partitions: 2)
        let result = await self.run("topics", ["list"], servers: cluster.bootstrapServers)
        #expect(result.status == 0)
        #expect(result.terminal.lines == ["alpha", "beta"])
    }

    @Test func versionsOfEachBrokerAreShown() async throws {
        let cluster = try MockCluster(brokers: 2)
        let result = await self.run("kafka-broker-api-versions", [], servers: cluster.bootstrapServers)
        #expect(result.status == 0)
        #expect(result.terminal.lines.filter { $0.contains("(id: ") }.count == 2)
        #expect(result.terminal.lines.contains { $0.hasPrefix("\tProduce(0): 0 to ") })
        let absent = await self.run("kafka-broker-api-versions", ["--bootstrap-server=127.0.0.1:1"], servers: nil)
        #expect(absent.status == 1)
        #expect(absent.terminal.complaints.withLock { $0 }.first?.contains("127.0.0.1:1 cannot be reached") == true)
    }

    @Test(arguments: [
        ("topics", ["sing"], "usage: topics"),
        ("kafka-topics", ["--list", "--create"], "exactly one action"),
        ("kafka-topics", ["--list", "--nonsense"], "--nonsense is not a recognized option"),
        ("kafka-topics", ["--create", "--topic"], "Option --topic requires an argument"),
        ("kafka-topics", ["--list"], "Missing required argument \"[bootstrap-server]\""),
        ("kafka-console-consumer", ["--bootstrap-server", "a:1"], "Missing required argument \"[topic]\""),
        ("zk", ["ls"], "usage: zk"),
        ("zk", ["ls", "brokers"], "Path must start with /"),
        ("kafka-dance", [], "no such tool"),
    ])
    func mistakesAreNamed(_ name: String, _ arguments: [String], _ expected: String) async {
        let result = await self.run(name, arguments, servers: nil)
        #expect(result.status == 1)
        #expect(result.terminal.complaints.withLock { $0 }.first?.contains(expected) == true)
    }
}
