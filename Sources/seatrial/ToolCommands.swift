// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Cluster
import Foundation
import JSON
import KafkaTools
import NameResolution

/// Kafka's and ZooKeeper's tools; their arguments are those that users of the originals know, read by the tools themselves.
struct TopicsCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Creates, lists, describes and deletes topics of any Kafka.",
        usage: "seatrial topics create|list|describe|delete [TOPIC] (--bootstrap-server HOST:PORT | --data DIR) …"
    )
    static let tool = "topics"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

/// `seatrial produce`.
struct ProduceCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce",
        abstract: "Sends lines of standard input; says what was not acknowledged.",
        usage: "seatrial produce --topic TOPIC (--bootstrap-server HOST:PORT | --data DIR) …"
    )
    static let tool = "produce"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

/// `seatrial consume`.
struct ConsumeCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume",
        abstract: "Prints messages of a topic.",
        usage: "seatrial consume --topic TOPIC (--bootstrap-server HOST:PORT | --data DIR) [--from-beginning] …"
    )
    static let tool = "consume"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

/// `seatrial zk`.
struct ZooKeeperCommand: ToolCommand {
    static let configuration = CommandConfiguration(
        commandName: "zk",
        abstract: "Looks at and changes the nodes of any ZooKeeper.",
        usage: "seatrial zk ls|get|create|set|delete|stat|watch PATH (--server HOST:PORT | --data DIR) …"
    )
    static let tool = "zk"
    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []
}

/// `seatrial kafka-tool NAME …`: Kafka's console scripts, as images call them.
struct KafkaToolCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka-tool",
        abstract: "Kafka's console tools by their own names and options.",
        shouldDisplay: false
    )

    @Argument(parsing: .captureForPassthrough) var arguments: [String] = []

    func run() async throws {
        guard let name = self.arguments.first else {
            throw ValidationError("which tool? there are \(KafkaTools.names.joined(separator: ", "))")
        }
        let resolver = Resolver(environment: ProcessInfo.processInfo.environment)
        let status = await KafkaTools.run(
            name,
            Array(self.arguments.dropFirst()),
            surroundings: KafkaTools.Surroundings(resolver: resolver)
        )
        throw ExitCode(status)
    }
}

/// A command that hands its arguments to a tool, after finding the cluster that `--data` means.
protocol ToolCommand: AsyncParsableCommand {
    static var tool: String { get }
    var arguments: [String] { get }
}

extension ToolCommand {
    func run() async throws {
        var arguments = self.arguments
        if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
            print(Self.helpMessage())
            return
        }
        var surroundings = KafkaTools.Surroundings(
            resolver: Resolver(environment: ProcessInfo.processInfo.environment)
        )
        if let index = arguments.firstIndex(of: "--data") {
            guard arguments.indices.contains(index + 1) else { throw ValidationError("--data needs a folder") }
            surroundings = try Self.surroundings(of: ClusterDirectory(arguments[index + 1]))
            arguments.removeSubrange(index...index + 1)
        }
        let status = await KafkaTools.run(Self.tool, arguments, surroundings: surroundings)
        throw ExitCode(status)
    }

    /// The servers of a controlled cluster, by the names of our manifests' services.
    private static func surroundings(of directory: ClusterDirectory) throws -> KafkaTools.Surroundings {
        guard directory.owner != nil else {
            throw ClusterError("no cluster is running in \(directory.path); start one with `seatrial cluster up`")
        }
        let bytes = try Data(contentsOf: URL(filePath: directory.description))
        let json = try JSONValue(parsing: Array(bytes))
        return KafkaTools.Surroundings(
            resolver: Resolver(environment: ["CLUSTER_DNS": json["dns"]?.string ?? ""]),
            bootstrapServers: "kafka-hs.default.svc.cluster.local:9093",
            zooKeeper: "zk-cs.default.svc.cluster.local:2181"
        )
    }
}
