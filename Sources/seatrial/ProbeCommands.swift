// Part of Seatrial: rolling updates of stateful workloads, put on trial.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import KafkaBroker
import ZooKeeperServer

/// The probes that images call, answered before any other start-up work.
enum ProbeCommands {
    /// The exit status of a probe; nil when the arguments are no probe.
    static func run(_ arguments: [String]) -> Int32? {
        switch arguments.first {
        case "zookeeper-ready": self.zooKeeperReady(Array(arguments.dropFirst()))
        case "kafka-ready": self.kafkaReady(Array(arguments.dropFirst()))
        case nil, _: nil
        }
    }

    /// Where the pod's servers listen.
    private static var address: String { ProcessInfo.processInfo.environment["POD_IP"] ?? "127.0.0.1" }

    private static func zooKeeperReady(_ arguments: [String]) -> Int32 {
        let needsServing = arguments.contains("--serving")
        let rest = arguments.filter { $0 != "--serving" }
        guard rest.count <= 1, let port = Int(rest.first ?? "2181"), (1...65_535).contains(port) else {
            return self.usage("zookeeper-ready [--serving] [PORT]")
        }
        let isReady =
            needsServing
            ? ZooKeeperProbe.serving(port: port, address: self.address)
            : ZooKeeperProbe.ruok(port: port, address: self.address)
        return isReady ? 0 : 1
    }

    private static func kafkaReady(_ arguments: [String]) -> Int32 {
        guard arguments.count <= 1, let port = Int(arguments.first ?? "9093"), (1...65_535).contains(port) else {
            return self.usage("kafka-ready [PORT]")
        }
        return BrokerReadiness.isReady(host: self.address, port: port) ? 0 : 1
    }

    private static func usage(_ text: String) -> Int32 {
        FileHandle.standardError.write(Data("usage: \(text)\n".utf8))
        return 2
    }
}
