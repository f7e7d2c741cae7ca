// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient
public import NameResolution
import ZooKeeperClient

/// The argument dialects and output of Kafka's console scripts, and of the commands made after them.
public enum KafkaTools {
    /// What a tool knows of its surroundings.
    public struct Surroundings: Sendable {
        /// Who turns names into addresses.
        public var resolver: Resolver
        /// The brokers, where the arguments name none.
        public var bootstrapServers: String?
        /// The ZooKeeper servers, where the arguments name none.
        public var zooKeeper: String?

        /// Surroundings; with the servers of a controlled cluster when one is meant.
        public init(resolver: Resolver, bootstrapServers: String? = nil, zooKeeper: String? = nil) {
            self.resolver = resolver
            self.bootstrapServers = bootstrapServers
            self.zooKeeper = zooKeeper
        }
    }

    /// The tools, by the name they are called by.
    public static let names = [
        "kafka-topics", "kafka-console-producer", "kafka-console-consumer", "kafka-broker-api-versions",
        "topics", "produce", "consume", "zk",
    ]

    /// Runs a tool.
    ///
    /// - Parameters:
    ///   - name: One of ``names``; the first four take Kafka's options, the others those that their usage tells.
    ///   - arguments: What follows the name.
    ///   - surroundings: Resolver and servers.
    ///   - io: Where to read and write.
    /// - Returns: The exit status: 0, or 1 with a complaint on standard error.
    public static func run(
        _ name: String,
        _ arguments: [String],
        surroundings: Surroundings,
        io: ToolIO = .standard
    ) async -> Int32 {
        do {
            switch name {
            case "kafka-topics":
                try await TopicsTool(surroundings: surroundings, io: io).run(arguments)
            case "topics":
                try await TopicsTool(surroundings: surroundings, io: io).run(TopicsTool.translate(arguments))
            case "kafka-console-producer":
                return try await ProducerTool(surroundings: surroundings, io: io, isSafe: false).run(arguments)
            case "produce":
                return try await ProducerTool(surroundings: surroundings, io: io, isSafe: true).run(arguments)
            case "kafka-console-consumer", "consume":
                try await ConsumerTool(surroundings: surroundings, io: io).run(arguments)
            case "kafka-broker-api-versions":
                try await APIVersionsTool(surroundings: surroundings, io: io).run(arguments)
            case "zk":
                try await ZooKeeperTool(surroundings: surroundings, io: io).run(arguments)
            case _:
                throw ToolError.usage("\(name): no such tool; there are \(self.names.joined(separator: ", "))")
            }
            return 0
        } catch {
            io.complain("\(name): \(error)")
            return 1
        }
    }
}

extension KafkaTools.Surroundings {
    /// A client's configuration for the brokers that the arguments name, directly or through ZooKeeper.
    func client(_ arguments: ToolArguments, overrides: [String: String] = [:]) async throws -> ClientConfiguration {
        var servers = arguments["bootstrap-server"] ?? self.bootstrapServers
        if let zooKeeper = arguments["zookeeper"] {
            servers = try await BrokerDirectory.bootstrapServers(zooKeeper: zooKeeper, resolver: self.resolver)
        }
        guard let servers else { throw ToolError.usage("Missing required argument \"[bootstrap-server]\"") }
        return ClientConfiguration(
            bootstrapServers: servers,
            clientID: "seatrial-tool",
            resolver: self.resolver,
            overrides: overrides
        )
    }
}
