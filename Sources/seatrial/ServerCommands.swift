// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import KafkaBroker
import Logging
import ServiceLifecycle
import UnixSignals
import ZooKeeperServer

/// `seatrial zookeeper-server`: the ZooKeeper stand-in, with the flags of `start-zookeeper`.
struct ZooKeeperServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zookeeper-server",
        abstract: "Runs the ZooKeeper stand-in (what the image's start-zookeeper starts).",
        shouldDisplay: false
    )

    @Argument(parsing: .captureForPassthrough, help: "Flags of start-zookeeper, such as --servers=3.")
    var flags: [String] = []

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var configuration = try ZooKeeperServer.Configuration(
            startZooKeeperArguments: self.flags,
            environment: environment
        )
        let level = configuration.logger.logLevel
        configuration.logger = Logger(label: "zookeeper") { StreamLogHandler.standardOutput(label: $0) }
        configuration.logger.logLevel = level
        try await Servers.run(ZooKeeperServer(configuration: configuration), logger: configuration.logger)
    }
}

/// `seatrial kafka-broker`: the Kafka stand-in, with the arguments of `kafka-server-start.sh`.
struct KafkaBrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kafka-broker",
        abstract: "Runs the Kafka stand-in (what the image's kafka-server-start.sh starts).",
        shouldDisplay: false
    )

    @Argument(parsing: .captureForPassthrough, help: "A properties file, then --override NAME=VALUE …")
    var flags: [String] = []

    func run() async throws {
        let configuration = try BrokerConfiguration(
            arguments: self.flags,
            environment: ProcessInfo.processInfo.environment
        )
        let logger = Logger(label: "kafka") { StreamLogHandler.standardOutput(label: $0) }
        try await Servers.run(KafkaBroker(configuration: configuration, logger: logger), logger: logger)
    }
}

/// How servers are run: until SIGTERM or Ctrl-C, and then down in order.
enum Servers {
    static func run(_ service: any Service, logger: Logger) async throws {
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: service,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
    }
}
