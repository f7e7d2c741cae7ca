// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The program's commands; each is a file of its own and holds no logic.
struct Seatrial: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seatrial",
        abstract: "Puts rolling updates of Kafka and ZooKeeper StatefulSets on trial.",
        discussion: """
            Start with `seatrial verify Harness/trials/roll-kafka.yaml`: it brings up a controlled cluster, rolls a \
            StatefulSet under load and judges every message.
            """,
        version: "seatrial 0.1.0",
        subcommands: [
            VerifyCommand.self, ClusterCommand.self, TopicsCommand.self, ProduceCommand.self, ConsumeCommand.self,
            ZooKeeperCommand.self, RolloutCommand.self,
            SimulateCommand.self, ZooKeeperServerCommand.self, KafkaBrokerCommand.self, KafkaToolCommand.self,
            ImageProgramCommand.self,
        ]
    )
}
