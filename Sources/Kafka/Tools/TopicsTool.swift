// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import KafkaClient

/// kafka-topics.sh: create, list, describe, alter and delete topics.
struct TopicsTool: Sendable {
    var surroundings: KafkaTools.Surroundings
    var io: ToolIO

    private static let options: [ToolArguments.Option] = [
        .init(name: "bootstrap-server", aliases: ["-b"]), .init(name: "zookeeper"),
        .init(name: "topic", aliases: ["-t"]), .init(name: "partitions", aliases: ["-p"]),
        .init(name: "replication-factor", aliases: ["-r"]), .init(name: "config"),
        .init(name: "command-config", hasEffect: false),
        .init(name: "create", takesValue: false), .init(name: "list", takesValue: false),
        .init(name: "describe", takesValue: false), .init(name: "alter", takesValue: false),
        .init(name: "delete", takesValue: false), .init(name: "if-not-exists", takesValue: false),
        .init(name: "if-exists", takesValue: false), .init(name: "force", takesValue: false, hasEffect: false),
        .init(name: "exclude-internal", takesValue: false),
        .init(name: "under-replicated-partitions", takesValue: false),
        .init(name: "unavailable-partitions", takesValue: false),
    ]

    /// `create NAME …` as `--create --topic NAME …`.
    static func translate(_ arguments: [String]) throws -> [String] {
        let usage = "usage: topics create|list|describe|alter|delete [NAME] [--bootstrap-server B] [--partitions N] …"
        guard let verb = arguments.first, ["create", "list", "describe", "alter", "delete"].contains(verb) else {
            throw ToolError.usage(usage)
        }
        guard let name = arguments.dropFirst().first, !name.hasPrefix("-") else {
            return ["--\(verb)"] + arguments.dropFirst()
        }
        return ["--\(verb)", "--topic", name] + arguments.dropFirst(2)
    }

    func run(_ arguments: [String]) async throws {
        let arguments = try ToolArguments(arguments, options: Self.options)
        self.io.remark(try arguments.withoutEffect())
        guard arguments.words.isEmpty else {
            throw ToolError.usage("unexpected: \(arguments.words.joined(separator: " "))")
        }
        let verbs = ["create", "list", "describe", "alter", "delete"].filter(arguments.has)
        guard verbs.count == 1, let verb = verbs.first else {
            throw ToolError.usage(
                "Command must include exactly one action: --list, --describe, --create, --alter or --delete"
            )
        }
        let admin = try KafkaAdmin(try await self.surroundings.client(arguments))
        do {
            switch verb {
            case "create": try await self.create(arguments, admin)
            case "list": try await self.list(arguments, admin)
            case "describe": try await self.describe(arguments, admin)
            case "alter": try await self.alter(arguments, admin)
            case _: try await self.delete(arguments, admin)
            }
            await admin.close()
        } catch {
            await admin.close()
            throw Self.inWords(error)
        }
    }

    /// Kafka's tool says what went wrong in one line.
    private static func inWords(_ error: any Error) -> any Error {
        guard let error = error as? KafkaError else { return error }
        return ToolError.failed("Error while executing topic command : \(error.message)")
    }

    private func create(_ arguments: ToolArguments, _ admin: KafkaAdmin) async throws {
        let topic = try arguments.require("topic")
        do {
            try await admin.createTopic(
                topic,
                partitions: try arguments.integer("partitions") ?? 1,
                replicationFactor: try arguments.integer("replication-factor") ?? 1,
                configuration: try arguments.properties("config")
            )
        } catch let error as KafkaError where error.code == .topicAlreadyExists {
            if arguments.has("if-not-exists") { return }
            throw ToolError.failed("Error while executing topic command : Topic '\(topic)' already exists.")
        }
        // The words changed when the tool began to talk to brokers.
        self.io.print(arguments.has("zookeeper") ? "Created topic \"\(topic)\"." : "Created topic \(topic).")
    }

    private func list(_ arguments: ToolArguments, _ admin: KafkaAdmin) async throws {
        for topic in try await admin.metadata().topics {
            if arguments.has("exclude-internal"), topic.name.hasPrefix("__") { continue }
            self.io.print(topic.name)
        }
    }

    private func describe(_ arguments: ToolArguments, _ admin: KafkaAdmin) async throws {
        var topics = try await admin.metadata().topics
        if let name = arguments["topic"] {
            topics = topics.filter { $0.name == name }
            guard !topics.isEmpty || arguments.has("if-exists") else {
                throw ToolError.failed(
                    "Error while executing topic command : Topic '\(name)' does not exist as expected"
                )
            }
        }
        let gap = arguments.has("zookeeper") ? "" : " "
        for topic in topics {
            let onlyUnderReplicated = arguments.has("under-replicated-partitions")
            let onlyUnavailable = arguments.has("unavailable-partitions")
            if !onlyUnderReplicated, !onlyUnavailable {
                let settings = try await admin.configuration(ofTopic: topic.name).sorted { $0.key < $1.key }
                    .map { "\($0.key)=\($0.value)" }.joined(separator: ",")
                let copies = topic.partitions.first?.replicas.count ?? 0
                self.io.print(
                    "Topic:\(gap)\(topic.name)\tPartitionCount:\(gap)\(topic.partitions.count)"
                        + "\tReplicationFactor:\(gap)\(copies)\tConfigs:\(gap)\(settings)"
                )
            }
            for partition in topic.partitions {
                if onlyUnderReplicated, partition.inSyncReplicas.count >= partition.replicas.count { continue }
                if onlyUnavailable, partition.leader != nil { continue }
                let leader = partition.leader.map(String.init) ?? (arguments.has("zookeeper") ? "-1" : "none")
                self.io.print(
                    "\tTopic: \(topic.name)\tPartition: \(partition.id)\tLeader: \(leader)"
                        + "\tReplicas: \(Self.list(partition.replicas))\tIsr: \(Self.list(partition.inSyncReplicas))"
                )
            }
        }
    }

    private static func list(_ brokers: [Int32]) -> String {
        brokers.map(String.init).joined(separator: ",")
    }

    private func alter(_ arguments: ToolArguments, _ admin: KafkaAdmin) async throws {
        let topic = try arguments.require("topic")
        guard let partitions = try arguments.integer("partitions") else {
            throw ToolError.usage("--alter needs --partitions; settings are changed with another tool")
        }
        if arguments.has("zookeeper") {
            self.io.print(
                "WARNING: If partitions are increased for a topic that has a key, the partition logic or ordering of the "
                    + "messages will be affected"
            )
        }
        try await admin.createPartitions(of: topic, total: partitions)
        if arguments.has("zookeeper") { self.io.print("Adding partitions succeeded!") }
    }

    private func delete(_ arguments: ToolArguments, _ admin: KafkaAdmin) async throws {
        let topic = try arguments.require("topic")
        do {
            try await admin.deleteTopic(topic)
        } catch let error as KafkaError where error.code == .unknownTopicOrPartition {
            if arguments.has("if-exists") { return }
            throw ToolError.failed("Error while executing topic command : Topic '\(topic)' does not exist as expected")
        }
        if arguments.has("zookeeper") { self.io.print("Topic \(topic) is marked for deletion.") }
    }
}
